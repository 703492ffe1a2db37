"""Near-duplicates where there are more pairs than can be listed, against all of them; progress, and a stop."""

import numpy as np
import pytest

from engine.errors import Stopped
from engine.similarity import Index
from engine.similarity import duplicates as module

RANDOM = np.random.default_rng(5)


def crowded(count: int = 600, lumps: int = 12, spread: float = 0.35) -> np.ndarray:
    """Lumps of like items, unit vectors, with some that are the very same."""
    found = RANDOM.normal(size=(lumps, 16))[np.arange(count) % lumps] + spread * RANDOM.normal(size=(count, 16))
    found[-40:] = found[:40]
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("rough", ["fp32", "bf16"])
@pytest.mark.parametrize("crowd", [0.0, 2.0], ids=["computed in blocks", "computed pair by pair"])
def test_groups_and_counts_are_those_of_all_pairs_also_where_few_are_listed(rough: str, crowd: float,
                                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_PRECISION", rough)
    vectors = crowded()
    whole = Index(vectors).near_duplicates(0.8)
    for name, value in (("MOST", 800), ("ROWS", 64), ("COLUMNS", 100), ("SLICE", 16), ("CROWDED", crowd)):
        monkeypatch.setattr(module, name, value)
    thinned = Index(vectors).near_duplicates(0.8)
    assert whole.unlisted.sum() == 0 and len(whole.scores) > 5_000 and len(thinned.scores) <= 800
    cosines = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    for threshold in (0.8, 0.85, 0.9, 0.95, 0.98, 1 - 1e-6):
        assert thinned.groups(threshold) == whole.groups(threshold)
        assert thinned.count(threshold) == pytest.approx(whole.count(threshold), rel=0.001)
        assert whole.count(threshold) == pytest.approx(int((cosines >= threshold).sum()), abs=2)
    assert thinned.count() == whole.count()


def test_twenty_thousand_equal_items_are_counted_without_being_listed() -> None:
    found = Index(np.tile(np.float32([[3.0, 4.0]]), (20_000, 1))).near_duplicates(0.8)
    assert found.count(1 - 1e-6) == 20_000 * 19_999 // 2 and len(found.scores) == 0
    assert [len(group) for group in found.groups(1 - 1e-6)] == [20_000]


def test_a_zero_vector_is_like_nothing() -> None:
    found = Index([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 0.01]]).near_duplicates(0.5)
    assert found.count() == 1 and found.groups() == [[2, 3]]


def test_what_is_done_is_told_in_pairs_up_to_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 64)
    told: list[tuple[int, int]] = []
    Index(crowded(300)).near_duplicates(0.9, lambda done, total: told.append((done, total)))
    assert told == sorted(told) and len(told) >= 4 and {total for _, total in told} == {told[-1][0]}


def test_a_watch_that_raises_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 64)
    asked = []

    def watch(done: int, total: int) -> None:
        asked.append(done)
        raise Stopped

    for work in (lambda: Index(crowded(300)).near_duplicates(0.9, watch), lambda: Index(crowded(300)).outliers(watch=watch)):
        with pytest.raises(Stopped):
            work()
    assert len(asked) == 2
