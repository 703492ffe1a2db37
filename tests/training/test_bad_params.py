"""What is wrong with params is said before the first step, in words that say what to do."""

from typing import Any

import pytest

from engine.errors import StudioError
from engine.tasks import TASKS
from tests import harness
from tests.learning import params


def trained(task: str, variant: str, family: str, folder: Any, change: Any = None, **settings: Any) -> Any:
    declared = TASKS[task].variant(variant)
    given = params(declared)
    if change:
        change(given)
    chosen = {"method": "head", "epochs": 1, **settings}
    return harness.served(TASKS[task], family, folder / "model").finetune(given, variant=variant, **chosen)


def scale(given: dict[str, list[Any]]) -> None:
    given["similarity_scores"] = [5.0 if score > 0 else 0.0 for score in given["similarity_scores"]]


@pytest.mark.parametrize(("change", "said", "hint"), [
    (scale, "from 0 to 5", "divide each by 5"),
    (lambda given: given["similarity_scores"].__setitem__(3, "much"), "row 3 is 'much'", "Give a number"),
    (lambda given: given["texts1"].__setitem__(2, " "), "1 rows have no first text, such as row 2", "Drop them"),
    (lambda given: given.pop("texts2"), "lack texts2", "takes texts1, texts2, similarity_scores"),
    (lambda given: given.update(mood=["x"] * 24, texts2=given["texts2"][:-1]), "unknown mood", "takes texts1"),
    (lambda given: given["texts2"].pop(), "`texts1` has 24 items but `texts2` has 23", "same length"),
])
def test_pairs(change: Any, said: str, hint: str, tmp_path: Any) -> None:
    with pytest.raises(StudioError) as caught:
        trained("text-vectorisation", "cosine_similarity", "STModel", tmp_path, change)
    assert said in caught.value.message and hint in caught.value.hint


def alone(given: dict[str, list[Any]]) -> None:
    given["groups"] = [str(row) for row in range(24)]


def test_groups_that_are_all_alone(tmp_path: Any) -> None:
    with pytest.raises(StudioError, match="fewer than two groups"):
        trained("text-vectorisation", "triplet", "STModel", tmp_path, alone)


def test_groups_of_one_are_left_out_and_reported(tmp_path: Any) -> None:
    result = trained("text-vectorisation", "triplet", "STModel", tmp_path, lambda given: given["groups"].__setitem__(0, "nobody else"))
    assert any("1 row stood alone in its group and was left out" in note for note in result.notes)
    assert result.rows["train"] + result.rows["validation"] == 23


def test_a_batch_that_holds_no_two_groups(tmp_path: Any) -> None:
    with pytest.raises(StudioError, match="cannot hold two groups"):
        trained("text-vectorisation", "triplet", "STModel", tmp_path, batch_size=2)


def test_a_batch_that_is_larger_than_the_data(tmp_path: Any) -> None:
    with pytest.raises(StudioError, match="larger than the 2"):
        trained("text-classification", "single_label", "STModel", tmp_path, batch_size=4096)


def test_a_class_in_validation_only(tmp_path: Any) -> None:
    split = ([row for row in range(24) if row % 3], [row for row in range(24) if not row % 3])
    with pytest.raises(StudioError, match="'animals'; it is in validation only"):
        trained("text-classification", "single_label", "STModel", tmp_path, validation_split=split)


def test_labels_that_are_numbers_are_taken_as_they_are_written(tmp_path: Any) -> None:
    result = trained("text-classification", "single_label", "STModel", tmp_path,
                     lambda given: given.update(labels=[row % 3 for row in range(24)]))
    assert result.evaluation.labels == ["0", "1", "2"]


@pytest.mark.parametrize(("value", "said"), [(None, "have no image"), (17, "is int"), ("nowhere.png", "There is no image")])
def test_images(value: Any, said: str, tmp_path: Any) -> None:
    with pytest.raises(StudioError, match=said):
        trained("image-classification", "single_label", "EfficientNet", tmp_path, lambda given: given["images"].__setitem__(5, value))


def test_answers_that_do_not_stand_in_their_texts(tmp_path: Any) -> None:
    with pytest.raises(StudioError, match="No answer stands in its text"):
        trained("qa", "text", "HFQAModel", tmp_path, lambda given: given.update(answers=["purple"] * 24), method="full")


def test_a_method_that_makes_no_sense(tmp_path: Any) -> None:
    with pytest.raises(StudioError, match="does not learn summarisation with the method head"):
        trained("summarisation", "text", "HFCausalLMTGModel", tmp_path)


def test_a_loss_that_is_no_number_stops_and_says_where(tmp_path: Any) -> None:
    import torch

    ready = harness.served(TASKS["text-vectorisation"], "STModel", tmp_path / "model")
    before = {name: value.clone() for name, value in ready.model.state_dict().items()}
    with pytest.raises(StudioError, match="loss became nan at step 1"):
        ready.finetune(params(TASKS["text-vectorisation"].variant()), method="full", epochs=1, step=lambda batch: torch.tensor(
            float("nan"), requires_grad=True))
    assert all(torch.equal(value, before[name]) for name, value in ready.model.state_dict().items())
