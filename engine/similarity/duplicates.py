"""Items that are nearly the same: every pair is looked at, in blocks, each pair once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import StudioError
from engine.similarity.vectors import ROUNDING, Floats, pair_cosines

if TYPE_CHECKING:
    from engine.similarity.index import Index, Watch

ROWS, COLUMNS = 2048, 8192  # of a block of products
CROWDED = 1 / 16  # of a block: from so many pairs on all of it is computed again, a slice at a time
SLICE = 128  # rows
MOST = 2_000_000  # pairs that are listed
STEPS = 4_000  # of cosines, by which those are counted that are not listed
LEVELS = 9  # cosines at which it is known which items hang together

Places = NDArray[np.int64]
Pairs = tuple[Places, Places, Floats]  # (first, second, cosine), first < second


@dataclass(frozen=True)
class Duplicates:
    """Pairs of different vectors as (first, second, cosine), the most alike first, and items whose vectors are the very same.

    same: for each item the position of the first one with the very same vector, which stands for it in the pairs. Of more than two
    million pairs those are listed by which the groups hang together, so that groups are what they would be with all; the others are
    counted: unlisted (4,000), how many there are for each step of cosines from the threshold to 1.
    """

    threshold: float
    first: Places
    second: Places
    scores: Floats
    same: Places
    unlisted: Places

    def count(self, threshold: float | None = None) -> int:
        """Pairs of items that are at least so alike, the very same ones included; not for less than its own threshold."""
        sizes = np.bincount(self.same, minlength=len(self.same)).astype(np.int64)
        kept = self._upto(threshold)
        among = int((sizes * (sizes - 1) // 2).sum())
        listed = int((sizes[self.first[:kept]] * sizes[self.second[:kept]]).sum())
        return among + listed + int(self.unlisted[_step(self.threshold, self.threshold if threshold is None else threshold):].sum())

    def groups(self, threshold: float | None = None) -> list[list[int]]:
        """Positions that hang together by such pairs, the largest group first, each in order; items alone are left out."""
        kept, count = self._upto(threshold), len(self.same)
        ends = np.concatenate([self.first[:kept], np.arange(count)]), np.concatenate([self.second[:kept], self.same])
        labels = _together(*ends, count)
        order = np.argsort(labels, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
        return sorted((part.tolist() for part in parts if len(part) > 1), key=lambda part: (-len(part), part[0]))

    def extra(self, threshold: float | None = None) -> list[int]:
        """Positions to drop so that of each group the first item stays."""
        return sorted(place for group in self.groups(threshold) for place in group[1:])

    def _upto(self, threshold: float | None) -> int:
        if threshold is None or threshold <= self.threshold:
            return len(self.scores)
        return int(np.searchsorted(-self.scores, -threshold, side="right"))


def near_duplicates(index: "Index", threshold: float, watch: "Watch") -> Duplicates:
    """See `Index.near_duplicates`. watch: (pairs looked at, all pairs)."""
    if not -1 < threshold <= 1:
        raise StudioError(f"The threshold cannot be {threshold}.", "Give a cosine between -1 and 1, such as 0.95.")
    import torch

    from engine.inference.devices import dtype_for

    firsts, same = _same(index.vectors)
    rows = index.vectors[firsts]
    count = len(rows)
    rough = torch.from_numpy(rows).to(dtype_for("cpu"))
    margin = ROUNDING if rough.dtype == torch.bfloat16 else 0.0
    found = _Found(threshold, np.bincount(same, minlength=len(same))[firsts])
    pairs, area, done = count * (count - 1) // 2, sum(min(ROWS, count - start) * (count - start) for start in range(0, count, ROWS)), 0
    for start in range(0, count, ROWS):
        for other in range(start, count, COLUMNS):
            near = rough[start:start + ROWS] @ rough[other:other + COLUMNS].T >= threshold - margin
            for first, second, scores in _exactly(rows, near, start, other):
                chosen = scores >= threshold
                found.add(first[chosen], second[chosen], scores[chosen])
            done += near.numel()
            watch(pairs * done // area, pairs)
    first, second, scores = found.pairs()
    order = np.argsort(-scores, kind="stable")
    return Duplicates(threshold, firsts[first[order]], firsts[second[order]], scores[order], same, found.unlisted)


def _exactly(rows: Floats, near: Any, start: int, other: int) -> Iterator[Pairs]:
    """The pairs that are marked in a block, whose corner is at (start, other), with their cosines in full precision."""
    crowded = np.count_nonzero(near.numpy()) > CROWDED * near.numel()  # by far quicker than torch's
    for top in range(0, len(near), SLICE if crowded else len(near)):
        part = near[top:top + SLICE] if crowded else near
        row, column = part.nonzero().numpy().T
        upper = row + start + top < column + other
        row, column = row[upper], column[upper]
        first, second = row + start + top, column + other
        if crowded:
            scores = (rows[start + top:start + top + len(part)] @ rows[other:other + near.shape[1]].T)[row, column]
        else:
            scores = pair_cosines(rows, first, rows, second)
        yield first, second, np.clip(scores, -1, 1)


class _Found:
    """Pairs as they come in. Where there are too many to list, those go that change no group, and are counted.

    A pair changes no group where its ends hang together by pairs that are at least as alike. sizes: items that each vector stands for.
    """

    def __init__(self, threshold: float, sizes: Places) -> None:
        self.threshold, self.sizes = threshold, sizes
        self.unlisted = np.zeros(STEPS, np.int64)
        self._parts: list[Pairs] = []
        self._listed = 0
        self._levels = np.empty(0, np.float32)
        self._labels = np.arange(len(sizes))[None]

    def add(self, first: Places, second: Places, scores: Floats) -> None:
        if len(self._levels):
            level = np.searchsorted(self._levels, scores)  # the first that is at least as high
            fresh = self._labels[level, first] != self._labels[level, second]
            self.unlisted += self._counted(first[~fresh], second[~fresh], scores[~fresh])
            first, second, scores = first[fresh], second[fresh], scores[fresh]
        self._parts.append((first, second, scores))
        self._listed += len(scores)
        if self._listed > MOST:
            self._thin()

    def pairs(self) -> Pairs:
        none = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
        first, second, scores = (np.concatenate(parts) for parts in zip(none, *self._parts, strict=True))
        return first, second, scores

    def _thin(self) -> None:
        """List only a spanning forest of the most alike, by which all groups hang together."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import minimum_spanning_tree

        first, second, scores = self.pairs()
        count = len(self.sizes)
        forest = minimum_spanning_tree(coo_array((2.0 - scores.astype(np.float64), (first, second)), shape=(count, count)).tocsr()).tocoo()
        kept = forest.row.astype(np.int64), forest.col.astype(np.int64), (2.0 - forest.data).astype(np.float32)
        self.unlisted += self._counted(first, second, scores) - self._counted(*kept)
        self._parts, self._listed = [kept], len(kept[2])
        self._levels = np.quantile(kept[2], np.linspace(0, 1, LEVELS)).astype(np.float32)
        joined = [kept[2] >= level for level in self._levels]
        self._labels = np.stack([*(_together(kept[0][one], kept[1][one], count) for one in joined), np.arange(count)])

    def _counted(self, first: Places, second: Places, scores: Floats) -> Places:
        steps = _step(self.threshold, scores)
        return np.bincount(steps, self.sizes[first] * self.sizes[second], minlength=STEPS).astype(np.int64)


def _step(threshold: float, scores: Any) -> Any:
    """In which of the steps from the threshold to 1 a cosine lies."""
    width = (1 - threshold) / STEPS
    return np.clip((np.asarray(scores, dtype=np.float64) - threshold) / max(width, 1e-9) + 1e-3, 0, STEPS - 1).astype(np.int64)


def _together(first: Places, second: Places, count: int) -> Any:
    """(count,) the number of the group that each is in, where these pairs hang together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    return connected_components(coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(count, count)), directed=False)[1]


def _same(vectors: Floats) -> tuple[Places, Places]:
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
