"""What holds for every task, read from its declaration."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.errors import Stopped, StudioError
from engine.tasks import TASKS, Task
from tests.harness import close, pairs, served

EVERY_TASK = [pytest.param(task, id=name) for name, task in TASKS.items()]

pytestmark = pytest.mark.usefixtures("exactly")


def rows_of(task: type[Task]) -> list[dict[str, Any]]:
    return copy.deepcopy([dict(example) for example in task.examples])


@pytest.mark.parametrize("task", EVERY_TASK)
def test_a_task_declares_what_its_readers_need(task: type[Task]) -> None:
    assert TASKS[task.name] is task
    assert getattr(engine, task.__name__) is task
    assert all((task.title, task.term, task.sentence, task.icon.startswith(":material/"), task.group, task.page, task.examples))
    for variant in task.variants:
        assert variant.metric and len({column.key for column in variant.columns}) == len(variant.columns)
        assert all(guess == guess.lower() for column in variant.columns for guess in column.guesses)
    names = {field.name for field in (*task.inputs, *task.options)}
    assert all(set(example) <= names for example in task.examples)


@pytest.mark.parametrize(("task", "family"), pairs())
def test_one_item_and_a_list_give_the_same_answers_in_order(task: type[Task], family: str, tmp_path: Path) -> None:
    ready = served(task, family, tmp_path / "model")
    rows = rows_of(task)
    before = copy.deepcopy(rows)
    many = ready.answer(rows)
    assert rows == before
    assert close(many, [ready(**row) for row in rows])
    assert close(many[::-1], ready.answer(rows[::-1]))
    json.dumps(many, allow_nan=False)


@pytest.mark.parametrize(("task", "family"), pairs())
def test_a_saved_model_gives_the_same_answers(task: type[Task], family: str, tmp_path: Path) -> None:
    ready = served(task, family, tmp_path / "model")
    saved = engine.save(ready, name="kept-model", path=tmp_path / "kept")
    again = task(str(saved))
    assert close(ready.answer(rows_of(task)), again.answer(rows_of(task)))
    assert again.model.name == "kept-model"
    assert not list((tmp_path / "kept").rglob("*.bin"))


@pytest.mark.parametrize(("task", "family"), pairs())
def test_long_work_reports_its_progress_and_can_be_stopped(task: type[Task], family: str, tmp_path: Path) -> None:
    ready = served(task, family, tmp_path / "model")
    rows = rows_of(task) * 10
    seen: list[tuple[int, int]] = []
    answers = ready.answer(rows, on_progress=lambda done, total: seen.append((done, total)))
    assert len(answers) == len(rows) and seen[-1] == (len(rows), len(rows)) and len(seen) > 1
    with pytest.raises(Stopped):
        ready.answer(rows, should_stop=lambda: True)


@pytest.mark.parametrize(("task", "family"), pairs())
def test_a_ready_model_breaks_no_rule(task: type[Task], family: str, tmp_path: Path) -> None:
    assert engine.validate_model(served(task, family, tmp_path / "model").model) == []


@pytest.mark.parametrize("task", EVERY_TASK)
def test_wrong_params_are_refused_by_name(task: type[Task]) -> None:
    first, *_ = keys = [column.key for column in task.variant().columns if column.required]
    with pytest.raises(StudioError, match=f"lack.*{keys[-1]}.*unknown nonsense"):
        task.check_params({first: ["a"], "nonsense": ["b"]})
    with pytest.raises(StudioError, match="1 items but .* has 2"):
        task.check_params({key: ["a"] * (2 if key == keys[-1] else 1) for key in keys})
    with pytest.raises(StudioError, match="has no variant 'nonsense'"):
        task.variant("nonsense")


@pytest.mark.parametrize("task", EVERY_TASK)
def test_an_api_key_says_how_to_go_on_here(task: type[Task]) -> None:
    with pytest.raises(StudioError, match="local=True"):
        task(api_key="key")
