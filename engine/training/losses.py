"""Targets and losses of classification, for one label a row and for several."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def encode(values: Sequence[Any], classes: Sequence[str], multi_label: bool) -> Tensor:
    """Labels -> class indices (rows,) or, where a row may bear several, zeros and ones (rows, classes)."""
    index = {name: place for place, name in enumerate(classes)}
    if not multi_label:
        return torch.tensor([index[str(value)] for value in values], dtype=torch.long)
    targets = torch.zeros(len(values), len(classes))
    for row, labels in enumerate(values):
        for label in labels:
            targets[row, index[str(label)]] = 1.0
    return targets


def class_weights(targets: Tensor, classes: int, multi_label: bool) -> Tensor:
    """Weights that make rare classes count as much as frequent ones.

    One label a row: inverse frequency, 1 on average over the rows. Several: the weight of a label's presence, negatives to positives,
    at most 100. A class without rows weighs 0 (1 with several labels).
    """
    if multi_label:
        positives = targets.sum(dim=0)
        return torch.where(positives > 0, (len(targets) - positives) / positives.clamp(min=1), torch.ones(classes)).clamp(0.01, 100.0)
    counts = torch.bincount(targets, minlength=classes).float()
    present = int((counts > 0).sum())
    return torch.where(counts > 0, len(targets) / (present * counts.clamp(min=1)), torch.zeros(classes))


class ClassificationLoss(torch.nn.Module):
    """Cross-entropy, or binary cross-entropy where a row may bear several labels."""

    weights: Tensor | None

    def __init__(self, multi_label: bool, label_smoothing: float = 0.0, weights: Tensor | None = None) -> None:
        super().__init__()
        self.multi_label = multi_label
        self.label_smoothing = label_smoothing
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """logits (B, classes), targets as from `encode` -> the mean loss, a scalar."""
        logits = logits.float()
        if not self.multi_label:
            return functional.cross_entropy(logits, targets, weight=self.weights, label_smoothing=self.label_smoothing)
        smooth = targets * (1 - self.label_smoothing) + self.label_smoothing / 2
        return functional.binary_cross_entropy_with_logits(logits, smooth, pos_weight=self.weights)
