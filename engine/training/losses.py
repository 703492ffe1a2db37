"""The losses: of labels, of pairs with a score, of groups, of what is written, and of where an answer stands."""

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


class PairLoss(torch.nn.Module):
    """Mean squared error between the cosine of two vectors and their score."""

    def forward(self, vectors: Tensor, targets: Tensor) -> Tensor:
        """vectors (2B, D): all first ones, then all second ones; targets (B) from -1 to 1 -> a scalar."""
        return functional.mse_loss(cosines(vectors), targets.float())


class SemiHardTripletLoss(torch.nn.Module):
    """Triplet loss with semi-hard negatives (FaceNet, arXiv 1503.03832) on unit vectors and Euclidean distances.

    For each anchor and positive the nearest negative that is farther than the positive; where there is none, the farthest negative.
    """

    def __init__(self, margin: float = 1.0) -> None:
        super().__init__()
        self.margin = margin

    def forward(self, vectors: Tensor, targets: Tensor) -> Tensor:
        """vectors (B, D), targets: the group (B) of each -> the mean over all pairs of one group, a scalar; 0 where there are none."""
        distances = pair_distances(functional.normalize(vectors.float(), dim=-1))
        same = targets[:, None] == targets[None, :]
        positive = same & ~torch.eye(len(targets), dtype=torch.bool, device=targets.device)
        negatives = distances.masked_fill(same, -torch.inf)
        farthest = negatives.max(dim=1).values  # (B)
        anchors, positives = positive.nonzero(as_tuple=True)
        if not len(anchors) or not bool((~same).any()):
            return vectors.sum() * 0.0
        reach = distances[anchors, positives]
        candidates = distances[anchors].masked_fill(same[anchors] | (distances[anchors] <= reach[:, None]), torch.inf)
        nearest = candidates.min(dim=1).values
        negative = torch.where(nearest.isinf(), farthest[anchors], nearest)
        return functional.relu(reach - negative + self.margin).mean()


class MeanOverTokens(torch.nn.Module):
    """What was written: the mean loss over all tokens of the batch."""

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """outputs (B, 2): the sum of the losses of a row's tokens, and how many they are -> a scalar."""
        return outputs[:, 0].sum() / outputs[:, 1].sum().clamp(min=1)


class SpanLoss(torch.nn.Module):
    """Cross-entropy of where an answer begins and where it ends."""

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """outputs (B, 2, T): logits of every token, targets (B, 2): the tokens -> a scalar."""
        return functional.cross_entropy(outputs.float().flatten(0, 1), targets.flatten())


class AsGiven(torch.nn.Module):
    """The model says its loss itself."""

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs


def cosines(vectors: Tensor) -> Tensor:
    """(2B, D) -> (B): the cosine of each first vector with its second."""
    first, second = vectors.float().chunk(2)
    return functional.cosine_similarity(first, second, dim=-1)


def pair_distances(vectors: Tensor) -> Tensor:
    """(B, D) -> (B, B) Euclidean distances, with a gradient of 0 where two vectors are equal (the square root has none there)."""
    squared = vectors.square().sum(dim=-1)
    distances = (squared[:, None] - 2 * vectors @ vectors.T + squared[None, :]).clamp(min=0)
    equal = distances == 0
    return torch.where(equal, 0.0, torch.where(equal, 1.0, distances).sqrt())
