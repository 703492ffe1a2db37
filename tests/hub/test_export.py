import csv
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from engine import hub
from engine.errors import StudioError
from engine.hub import export, predict
from engine.training.events import Progress


@pytest.fixture(scope="module")
def unpacked(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A download, unpacked; made once, as making one takes a fresh process."""
    place = tmp_path_factory.mktemp("download")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_HOME", str(place / "home"))
        data = {"fingerprint": "f" * 16, "rows": 48, "columns": [], "dataset": None, "name": "messages.csv"}
        hub.save(trained, "topics", "Sorts messages", run="20261122-104211-0001", base="tiny", metrics={"accuracy": 0.9}, data=data,
                 settings={"method": "head"})
        seen: list[str] = []
        made = export.build("topics", lambda event: seen.append(event.phase) if isinstance(event, Progress) else None)
        assert seen == ["Packing", "Checking in a fresh process", "Ready"]
        assert made.verified and re.search(r"\b(\d+) of \1 golden answers are the same", made.log) and made.size == made.path.stat().st_size
        assert export.ready("topics") == made == export.build("topics"), "a second download is there at once"
        hub.set_description("topics", "Changed")
        assert export.ready("topics") is None, "the old zip says something else"
    with zipfile.ZipFile(made.path) as packed:
        packed.extractall(place / "unpacked")
    return place / "unpacked"


def answer(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "predict.py", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_a_download_holds_what_it_needs_and_nothing_else(unpacked: Path) -> None:
    names = {path.name for path in unpacked.iterdir()}
    assert names == {"model", "engine", "predict.py", "golden.json", "requirements.txt", "MODEL_CARD.md"}
    assert {"errors.py", "models", "inference", "tasks"} <= {path.name for path in (unpacked / "engine").iterdir()}
    assert not (unpacked / "engine" / "runs").exists() and not (unpacked / "model" / "card.json").exists()
    pins = (unpacked / "requirements.txt").read_text().splitlines()
    assert all("==" in pin and "+" not in pin for pin in pins) and any(pin.startswith("torch==") for pin in pins)
    assert not any(pin.startswith("sentence-transformers") for pin in pins), "only encoders of an uncommon make need it"
    golden = json.loads((unpacked / "golden.json").read_text())["checks"]
    assert (golden[0]["task"], len(golden[0]["rows"])) == ("text-classification", 8), "first what it was trained for, with rows of that"
    assert [one["task"] for one in golden[1:]] == ["text-vectorisation", "summarisation"]
    assert all(len(one["rows"]) == len(one["answers"]) for one in golden)
    card = (unpacked / "MODEL_CARD.md").read_text()
    assert "Sorts messages" in card and "`delivery`" in card and "| accuracy | 0.9000 |" in card and "messages.csv" in card


def test_a_download_passes_its_check_without_the_packages_that_it_does_not_name(unpacked: Path) -> None:
    hidden = ("sentence_transformers", "pandas", "sqlalchemy", "pytorch_lightning", "torchmetrics", "streamlit", "pyarrow")
    code = (f"import runpy, sys\nsys.modules.update(dict.fromkeys({hidden}))\nsys.argv = ['predict.py', '--check']\n"
            "runpy.run_path('predict.py', run_name='__main__')\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=unpacked, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and re.search(r"\b(\d+) of \1 golden", done.stdout), done.stderr


def test_a_csv_comes_back_with_answers_and_without_formulas(unpacked: Path, tmp_path: Path) -> None:
    rows = [["id", "Message"], ["1", "my parcel arrived late"], ["-2", "=HYPERLINK(\"x\") great thanks"], ["3", ""], ["4"],
            ["5", "money back\nrefund, please", "extra"]]
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    done = answer(unpacked, str(tmp_path / "rows.csv"), "--column", "message")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "rows-answers.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.reader(file, delimiter=";"))
    assert found[0] == ["id", "Message", "answer", "probability"]
    assert [row[0] for row in found] == ["id", "1", "-2", "3", "4", "5"]
    assert found[2][1].startswith("'=HYPERLINK") and found[5][1] == "money back\nrefund, please" and found[5][4] == "extra"
    assert found[1][2] in ("delivery", "praise", "refund") and 0 < float(found[1][3]) <= 1
    assert found[3][2:] == ["", ""] and found[4] == ["4", "", "", ""]


def test_the_answers_are_those_of_the_studio(unpacked: Path, trained: Path, tmp_path: Path) -> None:
    from engine.models.packages import read_package

    texts = ["my parcel arrived late", "money back", "great thanks"]
    (tmp_path / "rows.csv").write_text("text\n" + "\n".join(texts), encoding="utf-8")
    done = answer(unpacked, str(tmp_path / "rows.csv"), "--output", str(tmp_path / "out.csv"))
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    here = read_package(trained)({"text": texts}, "text-classification")
    assert [(row["answer"], float(row["probability"])) for row in found] == [
        (next(iter(each)), pytest.approx(next(iter(each.values())), abs=6e-5)) for each in here]


def test_what_is_wrong_with_a_file_is_said_in_a_sentence(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    (tmp_path / "empty.csv").write_text("")
    for arguments, words in (([str(tmp_path / "rows.csv")], "--column with one of: a, b"), ([str(tmp_path / "empty.csv")], "is empty"),
                             ([str(tmp_path / "none.csv")], "No such file"), ([], "no file to answer")):
        done = answer(unpacked, *arguments)
        assert done.returncode == 1 and words in done.stderr and "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.csv", "rows.csv"]


def test_any_bytes_are_answered_or_refused_in_a_sentence(unpacked: Path, tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_bytes(b"text\tid\ncaf\xe9 \x81 late\t1\nmy par\0cel\t2\n")
    for arguments, words in (([], ""), (["--delimiter", "tab"], ""), (["--delimiter", "||"], "one sign"),
                             (["--encoding", "utf-8"], "another --encoding"), (["--encoding", "no-such"], "another --encoding")):
        done = answer(unpacked, str(table), *arguments)
        assert "Traceback" not in done.stderr and words in done.stderr and (done.returncode == 0) == (not words), done.stderr
    with (tmp_path / "rows-answers.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[:2] for row in csv.reader(file, delimiter="\t")][1:] == [["caf\xe9 \x81 late", "1"], ["my parcel", "2"]]
    table.write_bytes(b"text\ncut short \xc3")
    assert answer(unpacked, str(table)).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows-answers.csv", "rows.csv"]


def test_a_download_that_answers_otherwise_is_not_handed_out(own_copy: Path, home: Path) -> None:
    """Weights that change between the golden answers and the check: half of the labels trade places."""
    hub.save(own_copy, "topics")
    card = hub.get("topics")
    golden = export._golden(card)
    found = golden["checks"][0]
    found["answers"] = [dict(zip(each, reversed(each.values()), strict=True)) for each in found["answers"]]
    archive = home / "wrong.zip"
    export._pack(card, golden, archive)
    with pytest.raises(StudioError, match="does not answer as here") as caught:
        export.verify(archive)
    assert "golden answers" in caught.value.hint
    assert [path.name for path in (home / "cache").iterdir()] == [], "the place it was unpacked in is gone"


def test_the_gap_between_answers_counts_numbers_and_refuses_the_rest() -> None:
    assert predict.gap({"a": 0.5, "b": 0.5}, {"a": 0.49, "b": 0.51}) == pytest.approx(0.01)
    assert predict.gap([1.0, 2.0], [1.0, 2.5]) == 0.5
    assert predict.gap("Paris", "Paris") == 0.0
    for one, other in (("Paris", "Rome"), ({"a": 1.0}, {"b": 1.0}), ([1.0], [1.0, 2.0]), ("1", 1)):
        assert predict.gap(one, other) == float("inf")


@pytest.mark.parametrize(("cell", "written"), [
    ("=1+1", "'=1+1"), ("+49 30", "'+49 30"), ("@a", "'@a"), ("\tx", "'\tx"), ("-5.2e3", "-5.2e3"), ("a=b", "a=b"), (0.5, 0.5),
])
def test_what_a_spreadsheet_would_run_is_quoted_and_numbers_are_not(cell: object, written: object) -> None:
    assert predict.quoted(cell) == written


def test_several_labels_stand_in_one_cell() -> None:
    assert predict.as_cells({"a": 0.9, "b": 0.6, "c": 0.1}, several=True) == ["a|b", "0.9000|0.6000"]
    assert predict.as_cells({"a": 0.1}, several=True) == ["", ""]
    assert predict.as_cells("Paris", several=False) == ["Paris", ""]
    assert predict.as_cells([0.5, 1.0], several=False) == ["[0.5, 1.0]", ""]
