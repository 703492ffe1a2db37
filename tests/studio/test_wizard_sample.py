"""The bundled samples: real enough to learn from, and what their scripts write."""

import runpy
from pathlib import Path

import pytest

from engine import data
from engine.tasks import TASKS, Task
from studio.wizard import sample

ASSETS = Path(__file__).resolve().parents[2] / "assets"
WITH_SAMPLE = [task for task in TASKS.values() if task.sample]


@pytest.mark.parametrize("task", WITH_SAMPLE, ids=lambda task: task.name)
def test_a_sample_is_prepared_so_that_only_the_start_button_is_left(task: type[Task]) -> None:
    query = sample.prepare(task)
    assert query["step"] == "train" and query["task"] == task.name
    report = data.check(data.open_dataset(query["dataset"]), task.variant())
    assert report.ready and report.rows > 100


@pytest.mark.parametrize("task", WITH_SAMPLE, ids=lambda task: task.name)
def test_a_sample_says_its_licence_and_is_small(task: type[Task]) -> None:
    assert task.sample and task.sample.licence
    assert (ASSETS / task.sample.file).stat().st_size < 200_000


def test_the_messages_are_what_their_script_writes(tmp_path: Path) -> None:
    script = runpy.run_path(str(ASSETS / "samples" / "make_text_classification.py"))
    rows = script["messages"]()
    frame = data.read(ASSETS / "samples" / "text_classification.csv", "text_classification.csv").frame
    assert list(zip(frame["message"], frame["topic"], strict=True)) == rows
    assert len({topic for _, topic in rows}) == 8
