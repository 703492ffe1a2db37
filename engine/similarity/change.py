"""The same items under two models: laid over each other, and how many neighbours they kept."""

from typing import Any

import numpy as np

from engine.errors import StudioError
from engine.similarity.index import Index
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


def overlap(before: Index, after: Index, k: int = 10) -> Floats:
    """(N,) the share of each item's k nearest neighbours that stayed the same."""
    if len(before) != len(after):
        raise StudioError(f"There are {len(before):,} items before and {len(after):,} after.", "Compare the same items.")
    k = min(k, len(before) - 1)
    if k < 1:
        return np.ones(len(before), np.float32)
    found = []
    for index in (before, after):
        _, places = index.nearest(index.vectors, k + 1)
        found.append([[place for place in row if place != own][:k] for own, row in enumerate(places.tolist())])
    return np.array([len(set(one) & set(other)) / k for one, other in zip(*found, strict=True)], dtype=np.float32)
