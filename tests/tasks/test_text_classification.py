from pathlib import Path

import pytest

from engine import TextClassification
from engine.errors import StudioError
from tests.harness import build

TEXT = "I am mad because my product broke the first time I used it"


@pytest.fixture(scope="module")
def ready() -> TextClassification:
    return TextClassification()


def test_the_embedded_model_tells_a_product_issue_from_nature(ready: TextClassification) -> None:
    answer = ready(TEXT, ["product issue", "nature"])
    assert list(answer) == ["product issue", "nature"]
    assert answer["product issue"] >= 0.8
    assert answer["nature"] <= 0.2


def test_each_label_is_judged_on_its_own(ready: TextClassification) -> None:
    alone = ready(TEXT, ["product issue"])
    among = ready(TEXT, ["nature", "broken product", "product issue"])
    assert alone["product issue"] == pytest.approx(among["product issue"], abs=1e-3)


def test_each_text_may_have_its_own_labels(ready: TextClassification) -> None:
    first, second = ready([TEXT, "Trees are green"], [["product issue", "nature"], ["nature"]])
    assert set(first) == {"product issue", "nature"} and set(second) == {"nature"}


def test_only_the_most_probable_labels_are_given(ready: TextClassification) -> None:
    assert list(ready(TEXT, ["nature", "product issue", "cooking"], top_k=1)) == ["product issue"]


def test_lists_of_different_lengths_are_refused_with_both_lengths(ready: TextClassification) -> None:
    with pytest.raises(StudioError, match="`text` has 2 items but `labels` has 1"):
        ready(["a", "b"], [["x"]])


@pytest.mark.parametrize("labels", [[], "refund", [""], ["a", 3], [["a"], []]])
def test_labels_that_are_none_are_refused(ready: TextClassification, labels: object) -> None:
    with pytest.raises(StudioError):
        ready(["a", "b"], labels)  # type: ignore[arg-type]  # what a caller without types may do


def test_rows_may_carry_their_own_labels(ready: TextClassification) -> None:
    rows = [{"text": TEXT, "labels": ["product issue", "nature"]}, {"text": "Trees are green"}]
    first, second = ready.answer(rows, labels=["nature"])
    assert set(first) == {"product issue", "nature"} and set(second) == {"nature"}
    for rows in ([{"text": TEXT}, {"text": TEXT, "labels": ["nature"]}], [{"text": TEXT, "labels": ["nature"]}, {"text": TEXT}]):
        with pytest.raises(StudioError, match="no labels"):
            ready.answer(rows)


@pytest.mark.parametrize("labels", ["nature", [], [""], [["nature"]], 3])
def test_labels_of_a_row_that_are_none_are_refused(ready: TextClassification, labels: object) -> None:
    with pytest.raises(StudioError, match="^Item 2: "):
        ready.answer([{"text": TEXT, "labels": ["nature"]}, {"text": TEXT, "labels": labels}])
    with pytest.raises(StudioError, match="top_k"):
        ready.answer([{"text": TEXT, "labels": ["nature"], "top_k": 1}])


def test_without_labels_and_without_training_it_says_what_is_missing(ready: TextClassification) -> None:
    with pytest.raises(StudioError, match="no labels"):
        ready("a text")


def test_a_text_that_is_none_is_named_by_its_place(ready: TextClassification) -> None:
    with pytest.raises(StudioError, match="Item 2: Text is missing"):
        ready(["a", None], ["x"])  # type: ignore[list-item]  # as above


def test_no_texts_give_no_answers(ready: TextClassification) -> None:
    assert ready([], ["x"]) == []


def test_a_model_with_a_head_uses_its_own_labels(tmp_path: Path) -> None:
    model = build("STModel", tmp_path / "model")
    model.pre_finetuning(labels=["sad", "glad", "glad"])
    answer = TextClassification(model)("i am happy", ["other"])
    assert set(answer) == {"glad", "sad"} and sum(answer.values()) == pytest.approx(1)
    assert model.labels == ["glad", "sad"]


def test_with_several_labels_per_row_probabilities_are_independent(tmp_path: Path) -> None:
    model = build("STModel", tmp_path / "model")
    model.pre_finetuning(labels=["a", "b", "c"], multi_label=True)
    assert sum(TextClassification(model)("i am happy").values()) != pytest.approx(1, abs=1e-3)
    assert model.target(["c", "a"]).tolist() == [1.0, 0.0, 1.0]


def test_a_task_that_the_model_does_not_serve_is_refused(tmp_path: Path) -> None:
    model = build("STModel", tmp_path / "model")
    model.tasks = ["text-vectorisation"]
    with pytest.raises(StudioError, match="It supports text-vectorisation"):
        TextClassification(model)
