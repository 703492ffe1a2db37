"""Similarity of vectors."""

from collections.abc import Sequence
from typing import Any

from engine.errors import StudioError


def cosine_similarity(vec1: Sequence[float], vec2: Any) -> float | list[float]:
    """Cosine of two vectors, -1 to 1; a list of cosines where `vec2` is a list of vectors. A zero vector is like nothing: 0."""
    import numpy as np

    try:
        left, right = (np.asarray(_plain(value), dtype=np.float64) for value in (vec1, vec2))
    except (TypeError, ValueError):
        raise StudioError("What is to be compared is no vector.", "Give lists of numbers, all of the same length.") from None
    if left.ndim == 1 and right.shape == (0,) and left.size:
        return []  # compared with no vector at all
    if left.ndim != 1 or right.ndim not in (1, 2) or left.shape[-1] != right.shape[-1]:
        raise StudioError(f"Vectors of the shapes {left.shape} and {right.shape} cannot be compared.", "Give vectors of the same length.")
    lengths = np.linalg.norm(left) * np.linalg.norm(right, axis=-1)
    cosines = np.divide(right @ left, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    cosines = np.clip(cosines, -1.0, 1.0)
    return float(cosines) if right.ndim == 1 else [float(value) for value in cosines]


def as_tensor(vectors: Any) -> Any:
    """Lists of numbers as a torch tensor in fp32."""
    import torch

    return torch.tensor(vectors, dtype=torch.float32)


def _plain(value: Any) -> Any:
    """A tensor, on whatever device and with or without gradients, as something that numpy takes."""
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value
