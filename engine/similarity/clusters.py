"""Groups of like items, each known by the item in its middle."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import StudioError
from engine.similarity.maps import principal
from engine.similarity.vectors import Floats, unit
from engine.words import number

MOST = 24
METHODS = ("kmeans", "hdbscan")
MOST_BY_DENSITY = 20_000  # items; with more, those that form no groups at all would take minutes
DIRECTIONS = 15  # in which density is looked at: in all of them, everything is far from everything
NOWHERE = -1  # the label of what is in no cluster


@dataclass(frozen=True)
class Clusters:
    """labels (N,): the cluster of each item, the largest being 0, or NOWHERE. central: of each cluster the positions of its most central
    items."""

    labels: NDArray[np.int64]
    central: list[list[int]]


def cluster(vectors: Any, count: int | None = None, seed: int = 0, named_by: int = 3, method: str = "kmeans") -> Clusters:
    """Clusters on the sphere, the same each time. kmeans: so many, in which every item is; None takes as many as the items suggest.

    hdbscan: as many as there are dense places, by the main directions; items elsewhere are in none. StudioError: too many items for it.
    """
    rows = unit(vectors)
    if method not in METHODS:
        raise StudioError(f"There is no way {method!r} to find clusters.", f"Known are {', '.join(METHODS)}.")
    found = _by_density(rows) if method == "hdbscan" else _of_number(rows, count or suggested(len(rows)), seed)
    names, labels, sizes = np.unique(found[found >= 0], return_inverse=True, return_counts=True)
    ranks = np.argsort(np.argsort(-sizes, kind="stable"))
    found[found >= 0] = ranks[labels]
    return Clusters(found, [_central(rows, np.flatnonzero(found == place), named_by) for place in range(len(names))])


def suggested(items: int) -> int:
    """How many clusters so many items are parted into: the root of half their number, 24 at most."""
    return max(1, min(MOST, round((items / 2) ** 0.5)))


def _of_number(rows: Floats, count: int, seed: int) -> NDArray[np.int64]:
    from sklearn.cluster import KMeans, MiniBatchKMeans

    wanted = min(count, max(1, len(np.unique(rows[:5000], axis=0))))
    kind = MiniBatchKMeans if len(rows) > 10_000 else KMeans
    more = {"batch_size": 4096} if kind is MiniBatchKMeans else {}
    return kind(wanted, random_state=seed, n_init=3, **more).fit(rows).labels_.astype(np.int64)


def _by_density(rows: Floats) -> NDArray[np.int64]:
    """Campello, Moulavi and Sander (2013)."""
    from sklearn.cluster import HDBSCAN

    if len(rows) > MOST_BY_DENSITY:
        raise StudioError(f"{number(len(rows))} items are too many to look for dense places among.",
                          f'Take "kmeans", or at most {number(MOST_BY_DENSITY)} items.')
    smallest = max(5, round(len(rows) ** 0.5 / 2))
    if len(rows) < 2 * smallest:
        return np.full(len(rows), NOWHERE, dtype=np.int64)
    places = principal(rows, min(DIRECTIONS, rows.shape[1]))
    return HDBSCAN(smallest, min_samples=3, copy=True).fit(places).labels_.astype(np.int64)


def _central(rows: Floats, own: NDArray[np.int64], count: int) -> list[int]:
    closeness = rows[own] @ rows[own].mean(axis=0)
    return [int(row) for row in own[np.argsort(-closeness, kind="stable")[:count]]]
