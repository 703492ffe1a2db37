"""Items by their vectors: what is nearest, what is nearly the same, and what a cosine means among them."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import StudioError
from engine.similarity.best import best
from engine.similarity.vectors import Floats, numbers, pair_cosines, same_width, unit
from engine.words import plural

if TYPE_CHECKING:
    from engine.similarity.approximate import Graph
    from engine.similarity.duplicates import Duplicates

Watch = Callable[[int, int], None]  # (done, total); what it raises ends the work
RECALL = 0.98  # what a graph has to find of what is nearest, to be used
RANDOM_PAIRS = 200_000  # from which percentiles are read
FEWEST = 2
EQUAL = 1e-6  # cosines that differ by less are equal but for rounding
EXACTLY = 20_000_000_000  # cosines (of queries with items) up to which all are computed; beyond, making a graph takes less time


@dataclass(frozen=True)
class Hit:
    """An item that was found. score: cosine; percentile: of random pairs of this data so many of a hundred are less alike."""

    id: Hashable
    position: int
    score: float
    percentile: float


def quiet(done: int, total: int) -> None:
    """A watch that nobody looks at."""


class Index:
    """Items by their vectors. vectors: (N, D), of whatever length; ids: what each item is called, by default its position."""

    def __init__(self, vectors: Any, ids: Sequence[Hashable] | None = None, *, seed: int = 0) -> None:
        self.vectors = unit(vectors)
        self.ids: Sequence[Hashable] = range(len(self.vectors)) if ids is None else list(ids)
        self.seed = seed
        self._graph: Graph | None = None
        if len(self.ids) != len(self.vectors):
            raise StudioError(f"There are {plural(len(self.vectors), 'vector')} but {plural(len(self.ids), 'id')}.",
                              "Give one id for each vector.")

    def __len__(self) -> int:
        return len(self.vectors)

    def search(self, query: Any, k: int = 10, among: Any = None) -> Any:
        """The k nearest items of a vector (D), the nearest first; for a table of vectors (Q, D) a list of such lists.

        among: (N,) True for the items that may be found.
        """
        asked = numbers(query, "queries")
        single = asked.ndim == 1
        scores, places = self.nearest(asked[None] if single else asked, k, among)
        found = [[Hit(self.ids[place], int(place), float(score), percentile) for score, place, percentile in
                  zip(row, own, self.percentile(row), strict=True)] for row, own in zip(scores, places, strict=True)]
        return found[0] if single else found

    def neighbours(self, position: int, k: int = 10, among: Any = None) -> list[Hit]:
        """The k nearest items of one of them, without itself."""
        found: list[Hit] = self.search(self.vectors[position], k + 1, among)
        return [hit for hit in found if hit.position != position][:k]

    def nearest(self, queries: Any, k: int, among: Any = None, watch: Watch = quiet,
                exact: bool | None = None) -> tuple[Floats, NDArray[np.int64]]:
        """(cosines, positions), each (Q, k), the best first. k: at most as many as there are items.

        exact: True compares each query with each item, False goes along a graph; None does so only for very many queries of very
        many items (`EXACTLY`). Where the graph finds less than 98% of what is nearest (`recall`), it is not used.
        """
        asked = unit(queries, "queries")
        same_width(asked, self.vectors.shape[1], "queries")
        many = exact is None and len(asked) * len(self) > EXACTLY
        if among is None and k > 0 and (exact is False or many):
            if (graph := self._found_by_graph(watch)).recall >= RECALL:
                return graph.nearest(asked, min(k, len(self)), watch)
        chosen = np.arange(len(self)) if among is None else np.flatnonzero(np.asarray(among, dtype=bool))
        if k < 1 or not len(chosen):
            return np.empty((len(asked), 0), np.float32), np.empty((len(asked), 0), np.int64)
        scores, places = best(asked, self.vectors if among is None else self.vectors[chosen], min(k, len(chosen)), watch)
        return scores, chosen[places]

    @property
    def recall(self) -> float:
        """Of the ten nearest items the share that was found, measured on some; 1 unless a graph was used."""
        return 1.0 if self._graph is None or self._graph.recall < RECALL else self._graph.recall

    def _found_by_graph(self, watch: Watch) -> "Graph":
        from engine.similarity.approximate import Graph

        self._graph = self._graph or Graph(self, watch)
        return self._graph

    def neighbourhoods(self, k: int, watch: Watch = quiet) -> tuple[Floats, NDArray[np.int64]]:
        """(cosines, positions), each (N, k), of every item's nearest others, the best first."""
        scores, places = self.nearest(self.vectors, min(k + 1, len(self)), watch=watch)
        own = places == np.arange(len(self))[:, None]
        own[~own.any(axis=1), -1] = True  # of many equal items it may not have found itself
        return scores[~own].reshape(len(self), -1), places[~own].reshape(len(self), -1)

    def cosines(self, positions: Sequence[int]) -> Floats:
        """(M, M) of these items with each other."""
        own = self.vectors[list(positions)]
        return np.clip(own @ own.T, -1, 1)

    # What a cosine means here

    @cached_property
    def random_pairs(self) -> Floats:
        """Cosines of pairs of different items drawn at random, ascending; of few items all pairs."""
        count = len(self)
        if count < FEWEST:
            return np.empty(0, np.float32)
        if count * (count - 1) // 2 <= RANDOM_PAIRS:
            first, second = np.triu_indices(count, 1)
        else:
            random = np.random.default_rng(self.seed)
            first = random.integers(0, count, RANDOM_PAIRS)
            second = (first + random.integers(1, count, RANDOM_PAIRS)) % count
        found = pair_cosines(self.vectors, first, self.vectors, second)
        return np.sort(np.clip(found, -1, 1))

    def percentile(self, score: Any) -> Any:
        """Of a hundred random pairs of this data, how many are less alike than this cosine; a list for several. 0 with a single item."""
        values = np.asarray(score, dtype=np.float32)
        known = self.random_pairs
        if not len(known):
            return 0.0 if values.ndim == 0 else [0.0] * len(values)
        # Half of the equal ones count, so that items that are all alike are in the middle and not at the top.
        found = 50.0 * (np.searchsorted(known, values - EQUAL) + np.searchsorted(known, values + EQUAL)) / len(known)
        return float(found) if values.ndim == 0 else [float(value) for value in found]

    # Everything with everything

    def near_duplicates(self, threshold: float = 0.95, watch: Watch = quiet) -> "Duplicates":
        """All pairs of items at least so alike, and the groups that they form."""
        from engine.similarity.duplicates import near_duplicates

        return near_duplicates(self, threshold, watch)

    def outliers(self, k: int = 5, watch: Watch = quiet) -> tuple[NDArray[np.int64], Floats]:
        """(positions, mean cosine with the k nearest others), those first that are far from everything."""
        if len(self) < FEWEST:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        mean = self.neighbourhoods(k, watch)[0].mean(axis=1)
        order = np.argsort(mean, kind="stable")
        return order, mean[order]
