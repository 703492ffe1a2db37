"""Scores as an answer: labels with their probabilities, best first."""

from collections.abc import Sequence
from itertools import islice

from torch import Tensor


def ranked(labels: Sequence[str], probabilities: Tensor, top_k: int = 0) -> dict[str, float]:
    """{label: probability}, most probable first; the first `top_k` only, all with 0."""
    each: dict[str, float] = {}
    for label, share in sorted(zip(labels, probabilities.tolist(), strict=True), key=lambda pair: -pair[1]):
        each.setdefault(label, share)  # one that was named twice counts once
    return dict(islice(each.items(), top_k or None))
