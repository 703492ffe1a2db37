from typing import Any

import pytest

from engine.models.base import BaseModel
from engine.models.validate import validate_model


class Good(BaseModel):
    def __init__(self) -> None:
        super().__init__("good-model", "Says yes.", ["text-classification"])

    def text_classification(self, text: list[str], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        return [{"yes": 1.0} for _ in text]


class Greedy(Good):
    def __call__(self, task_input: Any, task: str) -> Any:
        return super().__call__({"text": task_input.pop("text")}, task)


class Half(Good):
    def process_batch(self, params: Any, task: str) -> dict[str, Any]:
        return {}


class Numbered(Good):
    def text_classification(self, text: list[str], labels: Any = None, top_k: int = 0) -> list[Any]:
        return [{"yes": object()} for _ in text]


def changed(**facts: Any) -> Good:
    model = Good()
    for name, value in facts.items():
        setattr(model, name, value)
    return model


def test_a_good_model_breaks_no_rule() -> None:
    assert validate_model(Good()) == []


@pytest.mark.parametrize(("model", "said"), [
    (changed(name="No Good!"), "name:"),
    (changed(tasks="text-classification"), "tasks:"),
    (changed(tasks=["flying"]), "'flying' is no task"),
    (changed(description=None), "description:"),
    (changed(details={"set": {1}}), "details:"),
    (changed(cursor=(row for row in ())), "dill:"),
    (Greedy(), "the caller's dict was changed"),
    (Half(), "training_step(): it is missing"),
    (Numbered(), "cannot be written as JSON"),
    (object(), "num_parameters(): it is missing"),
])
def test_each_broken_rule_is_named(model: Any, said: str) -> None:
    assert any(said in sentence for sentence in validate_model(model)), validate_model(model)
