"""A class of the user's own with `process_batch`, `training_step` and `pre_finetuning` finetunes through the same door."""

from typing import Any

import pytest
import torch
from torch import nn

from engine import ImageClassification, TextClassification, TextVectorisation
from engine.errors import StudioError
from engine.models.base import BaseModel
from tests.learning import LABELS, params, picture

LETTERS = 26


class Letters(BaseModel):
    """Sorts and vectorises texts by how often each letter is there."""

    def __init__(self) -> None:
        super().__init__(name="letters", tasks=["text-classification", "text-vectorisation"])
        self.body = nn.Linear(LETTERS, 16)
        self.top = nn.Linear(16, 1)

    def counts(self, text: str) -> torch.Tensor:
        return torch.tensor([float(text.count(chr(97 + place))) for place in range(LETTERS)])

    def pre_finetuning(self, labels: Any = None, num_classes: Any = None, multi_label: bool = False) -> None:
        super().pre_finetuning(labels, num_classes, multi_label)
        if num_classes:
            self.top = nn.Linear(16, num_classes)

    def process_batch(self, params: Any, task: str) -> dict[str, torch.Tensor]:
        row = {"counts": self.counts(params["texts"])}
        return {**row, "label": torch.tensor(self.labels.index(params["labels"]))} if "labels" in params else row

    def training_step(self, batch: Any) -> torch.Tensor:
        hidden = self.body(batch["counts"])
        return nn.functional.cross_entropy(self.top(hidden.tanh()), batch["label"]) if "label" in batch else hidden

    def text_classification(self, text: list[str], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        shares = self.top(self.body(torch.stack([self.counts(one) for one in text])).tanh()).softmax(dim=-1)
        return [dict(zip(self.labels or [], row.tolist(), strict=True)) for row in shares]

    def text_vectorisation(self, text: list[str], return_tensor: bool = False) -> Any:
        return self.body(torch.stack([self.counts(one) for one in text])).tolist()


class Colours(BaseModel):
    """Sorts images by their mean colour; `training_step` gives logits, as for all image classifiers."""

    def __init__(self) -> None:
        super().__init__(name="colours", tasks=["image-classification"])
        self.top = nn.Linear(3, 1)

    def pre_finetuning(self, labels: Any = None, num_classes: Any = None, multi_label: bool = False) -> None:
        super().pre_finetuning(labels, num_classes, multi_label)
        self.top = nn.Linear(3, num_classes)

    def seen(self, image: Any) -> torch.Tensor:
        return torch.tensor([band / 255 for band in image.resize((1, 1)).getpixel((0, 0))])

    def process_batch(self, params: Any, task: str) -> dict[str, torch.Tensor]:
        return {"pixels": self.seen(params["images"])}

    def training_step(self, batch: Any) -> torch.Tensor:
        return self.top(batch["pixels"])

    def image_classification(self, image: list[Any], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        shares = self.top(torch.stack([self.seen(one) for one in image])).softmax(dim=-1)
        return [dict(zip(self.labels or [], row.tolist(), strict=True)) for row in shares]


def test_a_loss_of_ones_own():
    task = TextClassification(Letters())
    result = task.finetune(params(TextClassification.variant()), epochs=20, learning_rate=0.05, validation_split=0.25)
    assert result.history[-1]["train_loss"] < result.history[0]["train_loss"] / 2
    assert result.evaluation and result.evaluation.metric == "loss" and result.metrics["loss"] < result.history[0]["train_loss"]
    assert next(iter(sorted(task("mad mad").items(), key=lambda pair: -pair[1])))[0] == "animals"


def test_logits_of_ones_own():
    task = ImageClassification(Colours())
    result = task.finetune(params(ImageClassification.variant()), epochs=40, learning_rate=0.1, validation_split=0.25)
    assert result.metrics["accuracy"] == 1.0
    answer = task(picture("food", 99))
    assert max(answer, key=answer.get) == "food" and list(answer) == LABELS


@pytest.mark.parametrize("variant", ["triplet", "cosine_similarity"])
def test_vectors_of_ones_own(variant: str):
    task = TextVectorisation(Letters())
    result = task.finetune(params(TextVectorisation.variant(variant)), variant=variant, epochs=10, learning_rate=0.01,
                           validation_split=0.25)
    assert result.evaluation and result.evaluation.baselines["zero-shot"] is not None
    assert result.history[-1]["train_loss"] < result.history[0]["train_loss"]


def test_a_row_that_gives_no_tensors_is_refused_before_the_first_step():
    model = Letters()
    model.process_batch = lambda params, task: [1, 2]  # type: ignore[method-assign, assignment, return-value]
    with pytest.raises(StudioError, match="no dict of tensors"):
        TextClassification(model).finetune(params(TextClassification.variant()))
