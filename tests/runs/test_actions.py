from pathlib import Path

import pytest

from engine import hub, runs
from engine.errors import StudioError
from engine.models.st_model import STModel
from tests.runs import tiny
from tests.runs.helpers import enter
from tests.runs.test_thread import ENDLESS, SHORT, learns, start, until


class OwnModel(STModel):
    """A class that does not come with the engine."""


@pytest.mark.parametrize(("given", "words"), [
    ({"params": {"texts": ["a"]}}, "lack labels"),
    ({"params": {"texts": ["a", "b"], "labels": ["c"]}}, "2 items but `labels` has 1"),
    ({"params": {"texts": [], "labels": []}}, "no rows"),
    ({"params": {"texts": ["a", "b"], "labels": ["c", 1]}}, "int, str"),
    ({}, "`params` or from `dataset`"),
    ({"params": tiny.params(), "speed": 3}, "speed"),
    ({"params": tiny.params(), "epochs": 0}, "Epochs"),
    ({"params": tiny.params(), "variant": "triplet"}, "triplet"),
])
def test_what_is_wrong_from_the_start_is_refused_and_leaves_nothing(given: dict[str, object], words: str, home: Path) -> None:
    with pytest.raises(StudioError, match=words):
        runs.start("text-classification", **given)
    assert runs.list() == []
    assert not (home / "runs").exists() or list((home / "runs").iterdir()) == []


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(StudioError, match="no task 'cooking'"):
        runs.start("cooking", tiny.params())


def test_a_model_object_is_frozen_with_the_run(encoder: str, home: Path) -> None:
    from engine.models.auto_model import AutoModel

    run = runs.wait(runs.start("text-classification", tiny.params(), AutoModel.from_pretrained(encoder), **SHORT), timeout=90)
    assert run.state == "finished", run.error
    assert (home / "runs" / run.id / "base" / "config.json").is_file()
    assert runs.wait(runs.repeat(run.id), timeout=90).state == "finished"


def test_a_finished_run_is_saved_once_and_found_by_its_name(encoder: str) -> None:
    from engine.models.auto_model import AutoModel

    run = runs.wait(start(encoder, **SHORT, name="Messages"), timeout=90)
    assert runs.save(run.id, "topics", "Sorts messages") == "topics"
    assert runs.save(run.id, "topics") == "topics", "a second click changes nothing"
    with pytest.raises(StudioError, match="saved already, as `topics`"):
        runs.save(run.id, "other")
    assert runs.get(run.id).saved_as == "topics"
    card = hub.get("topics")
    assert (card.run, card.base, card.description, card.labels) == (run.id, encoder, "Sorts messages", sorted(tiny.TOPICS))
    assert card.metrics == run.metrics and card.data == run.data and card.settings is not None and card.settings["method"] == "head"
    assert card.details["evaluation"]["metric"] == "accuracy" and len(card.details["evaluation"]["interval"]) == 2
    text = {"text": "my parcel arrived late"}
    assert AutoModel.from_pretrained("topics")(text, "text-classification") == runs.load(run.id)(text, "text-classification")
    hub.rename("topics", "message-topics")
    assert runs.get(run.id).saved_as == "message-topics"
    hub.delete("message-topics")
    assert runs.get(run.id).saved_as is None


def test_a_model_trained_from_a_saved_one_names_its_parent(encoder: str) -> None:
    runs.save(runs.wait(start(encoder, **SHORT), timeout=90).id, "parent")
    child = runs.wait(runs.start("text-classification", tiny.params(), "parent", **SHORT), timeout=90)
    assert child.state == "finished", child.error
    runs.save(child.id, "grandchild")
    assert hub.get("grandchild").parent == "parent"


def test_a_model_of_somebody_s_own_class_can_be_trained_again_and_again(encoder: str) -> None:
    """Its code runs because it was given as an object; what comes of it is opened with a yes only."""
    first = runs.wait(runs.start("text-classification", tiny.params(), OwnModel.from_folder(encoder, name="own"), **SHORT), timeout=90)
    assert first.state == "finished", first.error
    again = runs.wait(runs.repeat(first.id), timeout=90)
    assert again.state == "finished" and again.metrics == first.metrics, again.error
    with pytest.raises(StudioError, match="trust=True"):
        runs.load(again.id)
    assert isinstance(runs.load(again.id, trust=True), OwnModel)


def test_a_run_is_not_deleted_or_saved_while_it_trains(encoder: str, home: Path) -> None:
    run_id = start(encoder, **ENDLESS)
    until(run_id, learns)
    with pytest.raises(StudioError, match="being trained"):
        runs.delete(run_id)
    with pytest.raises(StudioError, match="not ended"):
        runs.save(run_id, "early")
    runs.stop(run_id)
    runs.wait(run_id, timeout=60)
    size = runs.size_of(run_id)
    assert runs.delete(run_id) == size > 0
    assert runs.list() == [] and runs.events(run_id) == [] and list((home / "runs").iterdir()) == []


def test_a_saved_model_outlives_its_run(encoder: str) -> None:
    run = runs.wait(start(encoder, **SHORT), timeout=90)
    runs.save(run.id, "topics")
    runs.delete(run.id)
    assert hub.get("topics").run == run.id and (hub.get("topics").folder / "config.json").is_file()


def test_a_run_without_a_model_says_so() -> None:
    run_id = enter()
    runs.stop(run_id)
    with pytest.raises(StudioError, match="left no model"):
        runs.load(run_id)


def test_runs_can_be_renamed() -> None:
    assert runs.rename(enter(), "Better name").name == "Better name"
    with pytest.raises(StudioError, match="needs a name"):
        runs.rename(runs.list()[0].id, " ")


def test_an_id_cannot_lead_out_of_the_folder_of_runs(home: Path) -> None:
    from engine.runs.inputs import folder

    for wrong in ("../models", "20261122-104211-0001/..", ""):
        with pytest.raises(StudioError, match="no run"):
            folder(wrong)


def test_a_run_on_a_data_set_keeps_its_lineage_and_its_row_numbers(encoder: str, home: Path) -> None:
    from engine import data
    from engine.tasks import task_class

    given = tiny.params()
    lines = [f"{text},{label}" for text, label in zip(given["texts"], given["labels"], strict=True)]
    uploaded = data.store(("text,topic\n" + "\n".join(lines)).encode(), "messages.csv")
    variant = task_class("text-classification").variant()
    dataset = data.Dataset.of(uploaded)
    dataset = dataset.with_mapping(dataset.guess(variant)).save()
    run_id = runs.start("text-classification", None, encoder, dataset=dataset.id, method="head", epochs=2)
    data.delete_dataset(dataset.id)
    run = runs.wait(run_id, timeout=90)
    assert run.state == "finished", run.error
    assert run.data["dataset"] == dataset.id and run.data["name"] == "messages.csv" and "messages.csv" in run.name
    assert runs.row_numbers(run_id) == list(range(2, 50)) == runs.row_numbers(runs.repeat(run_id))
