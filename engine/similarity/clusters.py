"""Groups of like items, each known by the item in its middle."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.similarity.vectors import unit

MOST = 24


@dataclass(frozen=True)
class Clusters:
    """labels (N,): the cluster of each item, the largest being 0. central: of each cluster the positions of its most central items."""

    labels: NDArray[np.int64]
    central: list[list[int]]


def cluster(vectors: Any, count: int | None = None, seed: int = 0, named_by: int = 3) -> Clusters:
    """k-means on the sphere. count: of clusters; None takes as many as the items suggest (the root of half their number, 24 at most)."""
    from sklearn.cluster import KMeans, MiniBatchKMeans

    rows = unit(vectors)
    different = len(np.unique(rows[:5000], axis=0))
    wanted = min(count or max(1, min(MOST, round((len(rows) / 2) ** 0.5))), max(1, different))
    kind = MiniBatchKMeans if len(rows) > 10_000 else KMeans
    more = {"batch_size": 4096} if kind is MiniBatchKMeans else {}
    found = kind(wanted, random_state=seed, n_init=3, **more).fit(rows)
    order = np.argsort(-np.bincount(found.labels_, minlength=wanted), kind="stable")
    labels = np.argsort(order)[found.labels_]
    closeness = np.einsum("nd,nd->n", rows, found.cluster_centers_.astype(np.float32)[found.labels_])
    central = [sorted(np.flatnonzero(labels == place), key=lambda row: -closeness[row])[:named_by] for place in range(wanted)]
    return Clusters(labels, [[int(row) for row in own] for own in central if own])
