"""Maps, clusters, and the same items before and after."""

import numpy as np
import pytest

from engine import similarity
from engine.errors import StudioError
from engine.similarity import Index, clusters, maps

RANDOM = np.random.default_rng(5)
MIDDLES = RANDOM.normal(size=(3, 16)) * 3  # three: a plane can hold them
ROWS = np.concatenate([middle + RANDOM.normal(size=(30, 16)) for middle in MIDDLES]).astype(np.float32)
GROUPS = np.repeat(np.arange(3), 30)


def test_the_main_directions_are_those_of_a_singular_value_decomposition() -> None:
    centred = ROWS - ROWS.mean(axis=0)
    wanted = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    found = similarity.project(ROWS)
    assert np.abs(found) == pytest.approx(np.abs(wanted), abs=1e-3)
    few = RANDOM.normal(size=(10, 5000)).astype(np.float32)
    assert np.linalg.norm(similarity.project(few), axis=0)[0] == pytest.approx(np.linalg.svd(few - few.mean(axis=0))[1][0], rel=1e-3)


@pytest.mark.parametrize("method", similarity.methods())
def test_a_map_keeps_groups_together_and_is_the_same_again(method: str) -> None:
    found = similarity.project(ROWS, method, seed=1)
    assert found.shape == (90, 2) and np.isfinite(found).all()
    assert np.array_equal(found, similarity.project(ROWS, method, seed=1))
    distances = np.linalg.norm(found[:, None] - found[None], axis=2) + np.eye(90) * 1e9
    assert (GROUPS[distances.argmin(axis=1)] == GROUPS).mean() > 0.9


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("method", similarity.methods())
def test_few_items_have_a_place_too(method: str, count: int) -> None:
    assert similarity.project(ROWS[:count], method).shape == (count, 2)


def test_a_map_that_is_not_there_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StudioError, match="Known are"):
        similarity.project(ROWS, "globe")
    monkeypatch.setattr(maps, "find_spec", lambda name: None)
    assert similarity.methods() == ["pca"]
    with pytest.raises(StudioError, match="umap-learn, which is not installed") as raised:
        similarity.project(ROWS, "umap")
    assert raised.value.hint.endswith("pip install umap-learn")


def test_clusters_are_known_by_their_most_central_items() -> None:
    found = similarity.cluster(ROWS, 3)
    for place in range(3):
        own = GROUPS[found.labels == place]
        assert len(set(own)) == 1 and all(GROUPS[row] == own[0] for row in found.central[place])
    assert np.bincount(similarity.cluster(ROWS).labels).argmax() == 0
    assert set(similarity.cluster(np.ones((9, 3))).labels) == {0}
    assert similarity.cluster(ROWS[:1]).central == [[0]]


def test_dense_places_are_clusters_and_what_lies_elsewhere_is_in_none() -> None:
    base, sizes = np.full(16, 2.0), (60, 40, 30)
    rows = np.concatenate([base + 2 * np.eye(16)[place] + RANDOM.normal(size=(size, 16)) * 0.1 for place, size in enumerate(sizes)])
    strangers = RANDOM.normal(size=(4, 16)) * 3 - base
    found = similarity.cluster(np.concatenate([strangers, rows]), method="hdbscan")
    assert np.bincount(found.labels[4:] + 1, minlength=4).tolist() == [0, *sizes], "the largest first"
    assert set(found.labels[:4]) == {-1}
    for place, own in enumerate(found.central):
        assert len(own) == 3 and (found.labels[own] == place).all()
    again = similarity.cluster(np.concatenate([strangers, rows]), method="hdbscan")
    assert np.array_equal(found.labels, again.labels) and found.central == again.central


def test_of_few_or_equal_items_none_or_all_are_in_one_group() -> None:
    few = similarity.cluster(ROWS[:9], method="hdbscan")
    assert few.central == [] and set(few.labels) == {-1}
    assert len(set(similarity.cluster(np.ones((40, 3)), method="hdbscan").labels)) == 1


def test_a_way_to_cluster_that_cannot_be_had_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StudioError, match="no way 'guess'"):
        similarity.cluster(ROWS, method="guess")
    monkeypatch.setattr(clusters, "MOST_BY_DENSITY", 50)
    with pytest.raises(StudioError, match="too many") as raised:
        similarity.cluster(ROWS, method="hdbscan")
    assert "kmeans" in raised.value.hint


def test_points_are_laid_over_each_other() -> None:
    turn = np.linalg.qr(RANDOM.normal(size=(2, 2)))[0]
    before = RANDOM.normal(size=(40, 2))
    assert similarity.aligned(3 * before @ turn + 5, before) == pytest.approx(before, abs=1e-4)
    with pytest.raises(StudioError, match="laid over"):
        similarity.aligned(before, before[:5])


def test_neighbours_that_stay_are_counted() -> None:
    before = Index(ROWS)
    assert (similarity.overlap(before, Index(ROWS * 2), 5) == 1).all()
    other = similarity.overlap(before, Index(RANDOM.permutation(ROWS)), 5)
    assert other.shape == (90,) and other.mean() < 0.3
    assert similarity.overlap(Index(ROWS[:1]), Index(ROWS[:1])).tolist() == [1.0]
    with pytest.raises(StudioError, match="same items"):
        similarity.overlap(before, Index(ROWS[:5]))
