"""Neighbours along a graph against all of them compared."""

import numpy as np
import pytest

from engine import similarity
from engine.errors import Stopped
from engine.similarity import Index

RANDOM = np.random.default_rng(5)
MIDDLES = RANDOM.normal(size=(60, 48))
VECTORS = (MIDDLES[RANDOM.integers(0, 60, 3_000)] + 0.5 * RANDOM.normal(size=(3_000, 48))).astype(np.float32)


def test_a_graph_finds_what_is_nearest_and_says_how_much_of_it() -> None:
    index = Index(VECTORS)
    assert index.recall == 1.0
    scores, places = index.nearest(VECTORS, 10, exact=False)
    true, _ = index.nearest(VECTORS, 10, exact=True)
    found = (scores >= true[:, -1:] - 1e-6).mean()
    assert found >= 0.98 and index.recall == pytest.approx(found, abs=0.02)
    assert (np.diff(scores) <= 0).all() and (scores[:, 0] > 1 - 1e-5).mean() > 0.99
    unit = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)
    assert scores[7] == pytest.approx(unit[places[7]] @ unit[7], abs=1e-5), "exact cosines of what was found"


@pytest.mark.parametrize("count", [1, 2_001])
def test_a_part_of_a_single_query_is_answered_like_the_others(count: int) -> None:
    scores, places = Index(VECTORS).nearest(VECTORS[:count], 3, exact=False)
    assert scores.shape == places.shape == (count, 3) and places[-1, 0] == count - 1


def test_only_what_may_be_found_is_found_along_a_graph_too() -> None:
    among = np.arange(3_000) < 3
    assert Index(VECTORS).nearest(VECTORS[:2], 3, among, exact=False)[1].max() < 3
    assert Index(VECTORS).nearest(VECTORS[:2], 0, exact=False)[1].shape == (2, 0)


def test_very_many_comparisons_go_along_a_graph_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.similarity.index.EXACTLY", 1_000_000)
    index, other = Index(VECTORS), Index(VECTORS)
    assert index.search(VECTORS[3])[0].position == 3 and index.recall == 1.0 and index._graph is None, "one query is exact"
    _, closeness = index.outliers()
    assert index._graph is not None and 0.98 <= index.recall <= 1
    monkeypatch.undo()
    assert closeness == pytest.approx(other.outliers()[1], abs=0.02) and other._graph is None
    assert similarity.overlap(index, other).mean() == 1


def test_where_a_graph_finds_too_little_everything_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.similarity.index.RECALL", 1.1)
    index = Index(VECTORS[:500])
    scores, places = index.nearest(VECTORS[:500], 5, exact=False)
    assert (places == index.nearest(VECTORS[:500], 5, exact=True)[1]).all() and index.recall == 1.0


@pytest.mark.parametrize("vectors", [np.ones((2_500, 8)), np.zeros((300, 8)), VECTORS[:3]], ids=["equal", "zeros", "few"])
def test_a_graph_of_odd_items_is_no_trouble(vectors: np.ndarray) -> None:
    index = Index(vectors)
    scores, _ = index.nearest(vectors, 10, exact=False)
    assert scores == pytest.approx(index.nearest(vectors, 10, exact=True)[0], abs=1e-5)


def test_making_a_graph_can_be_stopped() -> None:
    def watch(done: int, total: int) -> None:
        raise Stopped

    index = Index(VECTORS)
    with pytest.raises(Stopped):
        index.nearest(VECTORS, 10, watch=watch, exact=False)
    assert index._graph is None
