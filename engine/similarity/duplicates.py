"""Items that are nearly the same: every pair is looked at, in blocks, each pair once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import StudioError
from engine.similarity.vectors import Floats

if TYPE_CHECKING:
    from engine.similarity.index import Index, Watch

ROWS, COLUMNS = 2048, 8192  # of a block of products
ROUNDING = 0.006  # more than a cosine of unit vectors can be off in bf16: what is nearer to the threshold is computed again
MOST = 5_000_000  # pairs that are kept; where there are more, the threshold rises


@dataclass(frozen=True)
class Duplicates:
    """Pairs of different vectors as (first, second, cosine), the most alike first, and items whose vectors are the very same.

    threshold: as asked, or higher where there would have been more than five million pairs. same: for each item the position of the first
    one with the very same vector, which stands for it in the pairs.
    """

    threshold: float
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    scores: Floats
    same: NDArray[np.int64]

    def count(self, threshold: float | None = None) -> int:
        """Pairs of items that are at least so alike, the very same ones included; not for less than its own threshold."""
        sizes = np.bincount(self.same, minlength=len(self.same)).astype(np.int64)
        kept = self._upto(threshold)
        among = int((sizes * (sizes - 1) // 2).sum())
        return among + int((sizes[self.first[:kept]] * sizes[self.second[:kept]]).sum())

    def groups(self, threshold: float | None = None) -> list[list[int]]:
        """Positions that hang together by such pairs, the largest group first, each in order; items alone are left out."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        kept, count = self._upto(threshold), len(self.same)
        ends = np.concatenate([self.first[:kept], np.arange(count)]), np.concatenate([self.second[:kept], self.same])
        _, labels = connected_components(coo_array((np.ones(len(ends[0]), dtype=bool), ends), shape=(count, count)), directed=False)
        order = np.argsort(labels, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
        return sorted((part.tolist() for part in parts if len(part) > 1), key=lambda part: (-len(part), part[0]))

    def extra(self, threshold: float | None = None) -> list[int]:
        """Positions to drop so that of each group the first item stays."""
        return all_but_first(self.groups(threshold))

    def _upto(self, threshold: float | None) -> int:
        if threshold is None or threshold <= self.threshold:
            return len(self.scores)
        return int(np.searchsorted(-self.scores, -threshold, side="right"))


def all_but_first(groups: list[list[int]]) -> list[int]:
    """Positions, ascending."""
    return sorted(place for group in groups for place in group[1:])


def near_duplicates(index: "Index", threshold: float, watch: "Watch") -> Duplicates:
    """See `Index.near_duplicates`."""
    if not -1 < threshold <= 1:
        raise StudioError(f"The threshold cannot be {threshold}.", "Give a cosine between -1 and 1, such as 0.95.")
    import torch

    from engine.inference.devices import dtype_for

    firsts, same = _same(index.vectors)
    rows = index.vectors[firsts]
    rough = torch.from_numpy(rows).to(dtype_for("cpu"))
    margin = ROUNDING if rough.dtype == torch.bfloat16 else 0.0
    found: list[tuple[Any, Any, Any]] = []
    kept, floor, count = 0, threshold, len(rows)
    for start in range(0, count, ROWS):
        part = rough[start:start + ROWS]
        for other in range(start, count, COLUMNS):
            near = (part @ rough[other:other + COLUMNS].T >= floor - margin).nonzero().numpy()
            if len(near):
                first, second = near[:, 0] + start, near[:, 1] + other
                chosen = first < second
                first, second = first[chosen], second[chosen]
                scores = _exact(rows, first, second)
                chosen = scores >= floor
                found.append((first[chosen], second[chosen], scores[chosen]))
                kept += int(chosen.sum())
            if kept > MOST:
                floor, found = _raised(found)
                kept = len(found[0][2])
        watch(min(start + ROWS, count), count)
    found.append((np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)))
    first, second, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(-scores, kind="stable")
    return Duplicates(floor, firsts[first[order]], firsts[second[order]], scores[order], same)


def _raised(found: list[tuple[Any, Any, Any]]) -> tuple[float, list[tuple[Any, Any, Any]]]:
    """Only the more alike half of the pairs, and the threshold that leaves it."""
    first, second, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    floor = float(np.median(scores))
    chosen = scores > floor
    if not chosen.any():
        chosen = np.arange(len(scores)) < MOST // 2
    return float(np.nextafter(np.float32(floor), np.float32(2))), [(first[chosen], second[chosen], scores[chosen])]


def _exact(rows: Floats, first: NDArray[np.int64], second: NDArray[np.int64]) -> Floats:
    step = 50_000
    parts = [np.einsum("nd,nd->n", rows[first[start:start + step]], rows[second[start:start + step]])
             for start in range(0, len(first), step)]
    return np.clip(np.concatenate(parts), -1, 1) if parts else np.empty(0, np.float32)


def _same(vectors: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(positions of the different vectors, for each item the position of the first with the very same vector).

    Vectors of zeros are like nothing, each other included.
    """
    plain = np.ascontiguousarray(vectors) + 0.0  # -0 is 0
    keys = plain.view(np.dtype((np.void, plain.dtype.itemsize * plain.shape[1]))).ravel()
    _, firsts, inverse = np.unique(keys, return_index=True, return_inverse=True)
    same = firsts[inverse.ravel()].astype(np.int64)
    empty = ~plain.any(axis=1)
    same[empty] = np.flatnonzero(empty)
    return np.unique(same), same
