"""Text encoders: classifiers, and vectors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from engine.training.events import Reporter
from engine.training.learners.base import Learner
from engine.training.learners.vectors import VectorLearner
from engine.training.objectives.labels import Labels
from engine.training.rows import Batch, RaggedRows, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.st_model import STModel
    from engine.models.text_classifier import TextClassifier
    from engine.tasks.declarations import Variant
    from engine.training.examples import Examples
    from engine.training.methods import Method
    from engine.training.objectives import Objective

TEXTS_AT_A_TIME = 4096


class TextLearner(Learner):
    """Rows are token ids."""

    model: "TextClassifier"

    @property
    def depth(self) -> int:
        return int(getattr(self.model, "depth", 0))

    @property
    def recipe(self) -> str:
        return self.model.recipe

    def rows(self, inputs: Sequence[Any], settings: Settings, reporter: Reporter) -> tuple[Rows, int]:
        token_ids: list[list[int]] = []
        shortened = 0
        for start in range(0, len(inputs), TEXTS_AT_A_TIME):
            reporter.check_stop()
            part, cut = self.model.tokenise(list(inputs[start:start + TEXTS_AT_A_TIME]), self.longest(settings))
            token_ids += part
            shortened += cut
            reporter.progress("tokens", len(token_ids), len(inputs))
        return RaggedRows.of_lists("input_ids", token_ids, self.model.pad_id), shortened

    def longest(self, settings: Settings) -> int | None:
        """Tokens kept of a text."""
        return settings.max_length

    def example(self) -> Batch:
        ids = torch.zeros(1, 2, dtype=torch.long, device=self.device)
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


class TextLabels(TextLearner):
    """A classifier: one output for each label."""

    way = "text labels"

    def objective(self, variant: "Variant") -> "Objective":
        return Labels(several=variant.columns[-1].kind == "labels")

    def begin(self, examples: "Examples", method: "Method", settings: Settings) -> None:
        model = cast(Any, self.model)
        model.pre_finetuning(labels=examples.classes, num_classes=len(examples.classes), multi_label=examples.multi_label,
                             hidden=settings.hidden)
        model.head.drop(settings.dropout or 0.0)
        model.max_length = settings.max_length
        model.thresholds = {}  # they belonged to other labels

    def whole(self, batch: Batch) -> Tensor:
        return self.model.logits(batch["input_ids"], batch["attention_mask"])

    def below(self, batch: Batch, cut: int | None) -> Tensor:
        ids, mask = batch["input_ids"], batch["attention_mask"]
        return cast(Any, self.model).features(ids, mask) if cut is None else cast(Any, self.model).below(ids, mask, cut)

    def above(self, batch: Batch, cut: int) -> Tensor:
        return cast(Any, self.model).above(batch["hidden"].float(), batch["attention_mask"], cut)

    def from_features(self, features: Tensor) -> Tensor:
        return cast(Any, self.model).head(features)


class TextVectors(VectorLearner, TextLearner):
    """An encoder: one vector for each text. With the method `head` a projection of its vectors learns."""

    way = "text vectors"
    model: "STModel"

    def longest(self, settings: Settings) -> int | None:
        """As the model vectorises, unless something shorter is wanted."""
        return min(settings.max_length or self.model.encoder.max_length, self.model.encoder.max_length)

    def whole(self, batch: Batch) -> Tensor:
        return self.from_features(self.model.encoder(batch["input_ids"], batch["attention_mask"]))

    def below(self, batch: Batch, cut: int | None) -> Tensor:
        ids, mask = batch["input_ids"], batch["attention_mask"]
        return self.model.encoder(ids, mask) if cut is None else self.model.below(ids, mask, cut)

    def above(self, batch: Batch, cut: int) -> Tensor:
        return self.from_features(self.model.encoder.pooled_above(batch["hidden"].float(), batch["attention_mask"], cut))

    def from_features(self, features: Tensor) -> Tensor:
        return self.model.projected(features.float())
