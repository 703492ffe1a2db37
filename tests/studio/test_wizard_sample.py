"""The bundled samples: real enough to learn from, and what their scripts write."""

import io
import runpy
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assets.samples import make_images, make_tables
from engine import data
from engine.tasks import TASKS, Task
from studio.wizard import sample

ASSETS = Path(__file__).resolve().parents[2] / "assets"


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_a_sample_is_prepared_so_that_only_the_start_button_is_left(task: type[Task]) -> None:
    query = sample.prepare(task)
    assert query["step"] == "train" and query["task"] == task.name
    report = data.check(data.open_dataset(query["dataset"]), task.variant())
    assert report.ready and report.rows > 50
    assert {found.kind for found in report.findings if found.severity != "note"} <= {"duplicates"}, "which the messages show to newcomers"


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_a_sample_says_its_licence_and_is_small(task: type[Task]) -> None:
    assert task.sample and task.sample.licence
    assert (ASSETS / task.sample.file).stat().st_size < 200_000


def test_the_messages_are_what_their_script_writes(tmp_path: Path) -> None:
    script = runpy.run_path(str(ASSETS / "samples" / "make_text_classification.py"))
    rows = script["messages"]()
    frame = data.read(ASSETS / "samples" / "text_classification.csv", "text_classification.csv").frame
    assert list(zip(frame["message"], frame["topic"], strict=True)) == rows
    assert len({topic for _, topic in rows}) == 8


def test_the_tables_are_what_their_script_makes_of_what_was_written() -> None:
    for name, make in make_tables.TABLES.items():
        assert (ASSETS / "samples" / f"{name}.csv").read_bytes() == make_tables.written(make())
    assert all(answer in context for _, answer, context in make_tables.questions()[1:])


def test_the_images_are_what_their_script_draws() -> None:
    for name, make in make_images.ZIPS.items():
        with zipfile.ZipFile(ASSETS / "samples" / f"{name}.zip") as kept, zipfile.ZipFile(io.BytesIO(make())) as drawn:
            assert kept.namelist() == drawn.namelist()
            for member in kept.namelist():
                if member.endswith(".csv"):
                    assert kept.read(member) == drawn.read(member)
                    continue
                one, other = (np.asarray(Image.open(io.BytesIO(part.read(member))), dtype=float) for part in (kept, drawn))
                assert np.abs(one - other).mean() < 3, "another version of the library that draws may round otherwise"
