"""Zero-shot labels for a text encoder: how alike are text and label, and how probable does that make the label?

A label is compared as two phrases (`PHRASES`); the cosine goes through a logistic curve that was fitted on texts with known
labels (`benchmarks/calibrate_zero_shot.py` names the data, fits and measures). Each label is judged on its own.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

Embed = Callable[[Sequence[str]], Tensor]

PHRASES = ("{}", "This text is about {}.")
SLOPE, OFFSET = 12.51, -2.27  # minilm; texts that bear the label and texts that do not counted alike

# Encoders differ in what they call alike. These pairs, alike in a row and unlike between rows, tell how an encoder's cosines
# lie relative to minilm's (LIKE and UNLIKE are minilm's means), so that one curve serves all.
ANCHORS = (
    ("My parcel has still not arrived.", "late delivery"),
    ("The soup was delicious and the waiter friendly.", "restaurant"),
    ("She scored twice in the second half.", "football"),
    ("The court has rejected the appeal.", "law"),
    ("Heavy rain and wind are expected tomorrow.", "weather"),
    ("How do I reset my password?", "login"),
    ("The new phone has a better camera.", "technology"),
    ("The doctor prescribed a stronger medicine.", "health"),
)
LIKE, UNLIKE = 0.37, 0.056


class LabelCache(OrderedDict[str, Tensor]):
    """Label -> its vector, the labels used last; and how the encoder's cosines lie."""

    most = 100_000
    scale: tuple[float, float] | None = None

    def clear(self) -> None:
        super().clear()
        self.scale = None


def label_probabilities(vectors: Tensor, labels: Sequence[Sequence[str]], embed: Embed, cache: LabelCache) -> list[Tensor]:
    """Vectors (N, D) of texts and the labels of each -> one tensor of probabilities per text, in the order of its labels."""
    factor, shift = _scale(embed, cache)
    vectors = nn.functional.normalize(vectors, dim=-1)
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, own in enumerate(labels):
        groups.setdefault(tuple(own), []).append(row)
    known = label_vectors(list(dict.fromkeys(label for own in groups for label in own)), embed, cache)
    answers: list[Tensor] = [torch.empty(0)] * len(labels)
    for own, rows in groups.items():
        cosines = vectors[rows] @ torch.stack([known[label] for label in own]).T
        for row, probabilities in zip(rows, (SLOPE * (cosines * factor + shift) + OFFSET).sigmoid(), strict=True):
            answers[row] = probabilities
    return answers


def label_vectors(labels: Sequence[str], embed: Embed, cache: LabelCache) -> dict[str, Tensor]:
    """The unit vectors of labels; those not met before are embedded together."""
    known = {label: cache[label] for label in labels if label in cache}
    new = [label for label in labels if label not in known]
    if new:
        phrases = [phrase.format(label.replace("_", " ").strip()) for phrase in PHRASES for label in new]
        both = nn.functional.normalize(embed(phrases), dim=-1).view(len(PHRASES), len(new), -1)
        known.update(zip(new, nn.functional.normalize(both.sum(dim=0), dim=-1), strict=True))
        cache.update({label: known[label] for label in new})
        while len(cache) > cache.most:
            cache.popitem(last=False)
    return known


def anchor_means(embed: Embed) -> tuple[float, float]:
    """The mean cosine of the anchors' like pairs, and of their unlike ones."""
    texts = nn.functional.normalize(embed([text for text, _ in ANCHORS]), dim=-1)
    known = label_vectors([label for _, label in ANCHORS], embed, LabelCache())
    cosines = texts @ torch.stack([known[label] for _, label in ANCHORS]).T
    like = cosines.diagonal().mean()
    unlike = (cosines.sum() - cosines.diagonal().sum()) / (len(ANCHORS) * (len(ANCHORS) - 1))
    return float(like), float(unlike)


def _scale(embed: Embed, cache: LabelCache) -> tuple[float, float]:
    """factor and shift that lay an encoder's cosines over minilm's; an encoder that knows nothing is left as it is."""
    if cache.scale is None:
        like, unlike = anchor_means(embed)
        factor = (LIKE - UNLIKE) / (like - unlike) if like - unlike > 0.02 else 1.0
        cache.scale = (factor, UNLIKE - factor * unlike)
    return cache.scale
