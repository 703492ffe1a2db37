"""What all models share that learn labels with a head on their features."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from engine.errors import StudioError
from engine.models.base import BaseModel
from engine.models.head import ClassifierHead


class HeadedModel(BaseModel):
    """A model with features (B, feature_size) and a `head`, which is None, or what it came with, until it learnt labels."""

    head: Any

    @property
    @abstractmethod
    def feature_size(self) -> int:
        """The width of what the head is given."""

    def pre_finetuning(self, labels: Sequence[str] | None = None, num_classes: int | None = None, multi_label: bool = False,
                       hidden: int = 0) -> None:
        """Give the model a new head, unless it has one of this kind for the very same labels. hidden: units of a layer in it."""
        before = (self.labels, self.multi_label)
        super().pre_finetuning(labels, num_classes, multi_label)
        count = len(self.labels) if self.labels and (labels or not num_classes) else num_classes
        if not count:
            raise StudioError("There are no labels to learn.", "Give the labels of the training rows.")
        same = isinstance(self.head, ClassifierHead) and self.head.hidden == hidden and before == (self.labels, multi_label)
        if not same:
            self.head = ClassifierHead(self.feature_size, count, multi_label=multi_label, hidden=hidden).to(self.device)
