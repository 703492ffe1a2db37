"""Similarity of vectors."""

from collections.abc import Sequence
from typing import Any

from engine.errors import StudioError


def cosine_similarity(vec1: Sequence[float], vec2: Any) -> float | list[float]:
    """Cosine of two vectors, -1 to 1; a list of cosines where `vec2` is a list of vectors. A zero vector is like nothing: 0."""
    import numpy as np

    left, right = np.asarray(vec1, dtype=np.float64), np.asarray(vec2, dtype=np.float64)
    if left.ndim != 1 or right.ndim not in (1, 2) or left.shape[-1] != right.shape[-1]:
        raise StudioError(f"Vectors of the shapes {left.shape} and {right.shape} cannot be compared.", "Give vectors of the same length.")
    lengths = np.linalg.norm(left) * np.linalg.norm(right, axis=-1)
    cosines = np.divide(right @ left, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    cosines = np.clip(cosines, -1.0, 1.0)
    return float(cosines) if right.ndim == 1 else [float(value) for value in cosines]
