"""Every family with every task that it serves: saved, packed, unpacked elsewhere; the golden answers and a CSV in one fresh process."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine import hub
from engine.hub import export
from engine.hub.model_card import model_card
from engine.models.catalogue import FAMILIES
from engine.tasks import TASKS, Task
from tests.harness import build, pairs

# Each zip's own program, all of them in one process and one folder, as importing torch takes longer than all the rest.
PROGRAM = """
import contextlib, io, json, runpy, shutil, sys, zipfile
from pathlib import Path
place, zips = Path.cwd(), Path(sys.argv[1])
found = {}
for archive in sorted(zips.glob("*.zip")):
    shutil.rmtree(place / "model", ignore_errors=True)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(place)
    program = runpy.run_path("predict.py", run_name="predict")
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = program["main"](["--check"])
        for one in json.loads((place / "golden.json").read_text())["checks"]:
            table = zips / f"{archive.stem}.{one['task']}.csv"
            arguments = [str(table), "--task", one["task"]]
            code = code or program["main"](arguments + (["--labels", "clock,dog"] if b"labels" in table.read_bytes()[:60] else []))
    found[archive.stem] = [code, said.getvalue()]
print(json.dumps(found))
"""


def write_table(task: type[Task], path: Path) -> None:
    """The examples' inputs as a CSV; the column "labels" only tells that the task asks for some."""
    names = [field.name for field in task.inputs if field.required]
    asks = any(field.kind == "labels" for field in task.options)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*names, *(["labels"] if asks else [])])
        writer.writerows([[example[name] for name in names] for example in task.examples])


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """{family: [code, what was said]}, and under "zips" the folder with the zips and the answered tables."""
    place = tmp_path_factory.mktemp("exports")
    zips = place / "zips"
    zips.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_HOME", str(place / "home"))
        patch.setenv("STUDIO_PRECISION", "fp32")
        for family in FAMILIES:
            model = build(family, place / f"tiny-{family.lower()}")
            card = hub.save(model, f"kept-{family.lower()}")
            golden = export._golden(card)
            assert "Use" in model_card(card, golden)
            export._pack(card, golden, zips / f"{family}.zip")
            for task in FAMILIES[family].tasks:
                write_table(TASKS[task], zips / f"{family}.{task}.csv")
    (place / "elsewhere").mkdir()
    kept = {name: os.environ[name] for name in export._KEPT if name in os.environ} | {"STUDIO_PRECISION": "fp32", "HOME": str(place)}
    done = subprocess.run([sys.executable, "-s", "-c", PROGRAM, str(zips)], cwd=place / "elsewhere", env=kept, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return {**json.loads(done.stdout.splitlines()[-1]), "zips": zips}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_golden_answers_of_all_its_tasks_come_out_elsewhere(family: str, exported: dict[str, Any]) -> None:
    code, said = exported[family]
    count = 6 * len(FAMILIES[family].tasks)  # the examples, twice
    assert code == 0 and f"{count} of {count} golden answers are the same" in said, said


@pytest.mark.parametrize(("task", "family"), pairs())
def test_a_table_comes_back_with_answers(task: type[Task], family: str, exported: dict[str, Any]) -> None:
    with (exported["zips"] / f"{family}.{task.name}-answers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(task.examples), exported[family][1]
    if task.answer_kind == "vector":
        assert all(len(json.loads(row["answer"])) > 1 for row in rows)
    if task.answer_kind == "probabilities":
        assert all(0 <= float(share) <= 1 for row in rows for share in row["probability"].split("|") if row["answer"])
    else:
        assert all(row["answer"] for row in rows) or task.answer_kind in ("text", "summary", "span"), "untrained models may write nothing"
