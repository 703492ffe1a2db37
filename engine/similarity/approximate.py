"""Nearest neighbours along a graph (HNSW, by usearch) in place of comparing each item with each; how many it finds is measured."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.similarity.vectors import Floats

if TYPE_CHECKING:
    from engine.similarity.index import Index, Watch

PART = 2_000  # items between two looks whether to go on
CHECKED = 500  # items whose true neighbours are computed, to know what the graph finds of them
NEAREST = 10
WIDTHS = (64, 128, 256, 512)  # candidates that a search keeps; the next is taken where one finds too few


class Graph:
    """The items of an index, each linked to near ones. recall: the share of the ten nearest that it finds, of items drawn at random."""

    def __init__(self, index: "Index", watch: "Watch") -> None:
        from usearch.index import Index as Links

        self._vectors, self.recall = index.vectors, 0.0
        count, width = index.vectors.shape
        self._links: Any = Links(ndim=width, metric="ip", dtype="bf16", expansion_add=WIDTHS[0], enable_key_lookups=False)
        for start in range(0, count, PART):
            part = index.vectors[start:start + PART]
            self._links.add(np.arange(start, start + len(part)), part, threads=_threads())
            watch(start + len(part), count)
        self._measure(index)

    def nearest(self, queries: Floats, k: int, watch: "Watch") -> tuple[Floats, NDArray[np.int64]]:
        """(cosines, positions), each (Q, k), the best first. queries: of unit length."""
        scores, places = np.empty((len(queries), k), np.float32), np.empty((len(queries), k), np.int64)
        for start in range(0, len(queries), PART):
            asked = queries[start:start + PART]
            met = self._links.search(asked, k, threads=_threads())
            counts = getattr(met, "counts", [len(met.keys)])  # of a single query it gives matches of another kind
            found = met.keys.reshape(len(asked), k).astype(np.int64)
            exact = np.einsum("qd,qkd->qk", asked, self._vectors[found]).clip(-1, 1)  # the graph knows them in bf16
            exact[np.arange(k) >= np.reshape(counts, (-1, 1))] = -1  # fewer were met than asked for
            order = np.argsort(-exact, axis=1, kind="stable")
            scores[start:start + PART] = np.take_along_axis(exact, order, axis=1)
            places[start:start + PART] = np.take_along_axis(found, order, axis=1)
            watch(start + len(asked), len(queries))
        return scores, places

    def _measure(self, index: "Index") -> None:
        """Search as widely as it takes."""
        from engine.similarity.index import EQUAL, RECALL, quiet

        some = np.random.default_rng(index.seed).choice(len(index), min(CHECKED, len(index)), replace=False)
        asked, k = index.vectors[some], min(NEAREST, len(index))
        last = index.nearest(asked, k, exact=True)[0][:, -1:]
        for width in WIDTHS:
            self._links.expansion_search = width
            self.recall = float((self.nearest(asked, k, quiet)[0] >= last - EQUAL).mean())
            if self.recall >= RECALL:
                return


def _threads() -> int:
    import torch

    return torch.get_num_threads()
