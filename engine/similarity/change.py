"""The same items under two models: laid over each other, and how many neighbours they kept."""

from typing import Any

import numpy as np

from engine.errors import StudioError
from engine.similarity.index import Index, Watch, quiet
from engine.similarity.vectors import Floats, table


def aligned(points: Any, onto: Any) -> Floats:
    """Points (N, D) moved, turned, mirrored and scaled so that they lie as near as can be to those of `onto` (Procrustes)."""
    own, other = table(points, "points").astype(np.float64), table(onto, "points").astype(np.float64)
    if own.shape != other.shape:
        raise StudioError(f"Points of the shapes {own.shape} and {other.shape} cannot be laid over each other.", "Give the same items.")
    middle, others = own.mean(axis=0), other.mean(axis=0)
    left, stretch, right = np.linalg.svd((own - middle).T @ (other - others))
    spread = float(((own - middle) ** 2).sum())
    scale = stretch.sum() / spread if spread else 1.0
    return (((own - middle) @ (left @ right)) * scale + others).astype(np.float32)


def overlap(before: Index, after: Index, k: int = 10, watch: Watch = quiet) -> Floats:
    """(N,) the share of each item's k nearest neighbours that stayed the same."""
    if len(before) != len(after):
        raise StudioError(f"There are {len(before):,} items before and {len(after):,} after.", "Compare the same items.")
    k = min(k, len(before) - 1)
    if k < 1:
        return np.ones(len(before), np.float32)
    (_, one), (_, other) = before.neighbourhoods(k, watch), after.neighbourhoods(k, watch)
    return np.array([len(set(own) & set(others)) / k for own, others in zip(one.tolist(), other.tolist(), strict=True)], dtype=np.float32)
