"""Scores as an answer: labels with their probabilities, best first."""

from collections.abc import Sequence

from torch import Tensor


def ranked(labels: Sequence[str], probabilities: Tensor, top_k: int = 0) -> dict[str, float]:
    """{label: probability}, most probable first; the first `top_k` only, all with 0."""
    order = sorted(zip(labels, probabilities.tolist(), strict=True), key=lambda pair: -pair[1])
    return dict(order[:top_k] if top_k else order)
