"""Search, percentiles, near-duplicates and outliers against plain numpy."""

import numpy as np
import pytest

from engine import similarity
from engine.errors import StudioError
from engine.similarity import Index
from engine.similarity import duplicates as duplicates_module
from engine.similarity.best import _chosen as chosen

RANDOM = np.random.default_rng(3)
VECTORS = RANDOM.normal(size=(700, 24)).astype(np.float32) * RANDOM.uniform(0.1, 9, size=(700, 1)).astype(np.float32)
UNIT = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)


@pytest.mark.parametrize("block", [2_000, 10**9])
def test_the_nearest_are_those_of_a_plain_product(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.similarity.best.BLOCK", block)
    index = Index(VECTORS, ids=[f"item {place}" for place in range(700)])
    plain = UNIT[:50] @ UNIT.T
    for row, hits in enumerate(index.search(VECTORS[:50] * 3, k=7)):
        wanted = np.argsort(-plain[row])[:7]
        assert [hit.position for hit in hits] == wanted.tolist() and hits[0].id == f"item {row}"
        assert [hit.score for hit in hits] == pytest.approx(plain[row][wanted].tolist(), abs=1e-5)
    assert index.search(VECTORS[3], k=1)[0].position == 3
    assert [hit.position for hit in index.neighbours(3, 4)] == np.argsort(-plain[3])[1:5].tolist()


@pytest.mark.parametrize(("spread", "crowded"), [(1.0, False), (0.01, True)])
def test_many_queries_are_answered_as_exactly_by_rough_products(spread: float, crowded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_PRECISION", "bf16")
    monkeypatch.setattr("engine.similarity.best.WORTH", 1)
    monkeypatch.setattr("engine.similarity.best.BLOCK", 4 * 6_405 * 20)
    rough: list[bool] = []
    monkeypatch.setattr("engine.similarity.best._chosen", lambda *given: rough.append((found := chosen(*given)) is not None) or found)
    items = np.concatenate([1 + spread * RANDOM.normal(size=(6_400, 24)), np.zeros((5, 24))]).astype(np.float32)
    items[-5:] = items[:5] + 0.001
    index = Index(items)
    scores, places = index.nearest(items[:50], 2)
    plain = index.vectors[:50] @ index.vectors.T
    assert np.allclose(scores, -np.sort(-plain, axis=1)[:, :2], atol=1e-6)
    assert np.allclose(np.take_along_axis(plain, places, axis=1), scores, atol=1e-6)
    assert rough == ([False] if crowded else [True] * 3), "where too many lie close together it is not tried again"
    assert all(6_400 + place in places[place] for place in range(5)), "what does not fill a group is found too"


def test_only_the_items_that_were_asked_for_are_found() -> None:
    among = np.arange(700) % 2 == 1
    hits = Index(VECTORS).search(VECTORS[4], k=5, among=among)
    scores = np.where(among, UNIT @ UNIT[4], -2)
    assert [hit.position for hit in hits] == np.argsort(-scores)[:5].tolist()
    assert Index(VECTORS).search(VECTORS[4], k=5, among=np.zeros(700)) == []


def test_a_percentile_says_how_many_random_pairs_are_less_alike() -> None:
    index = Index(VECTORS)
    every = (UNIT @ UNIT.T)[np.triu_indices(700, 1)]
    assert index.percentile(float(np.quantile(every, 0.9))) == pytest.approx(90, abs=0.7)
    assert index.percentile([1.0, -1.0]) == [100.0, 0.0]
    assert Index(np.ones((5, 3))).percentile(1.0) == 50.0, "where all are alike, alike says nothing"
    assert Index(np.ones((1, 3))).percentile(1.0) == 0.0
    assert Index(VECTORS).percentile(0.2) == index.percentile(0.2), "drawn by a seed"


@pytest.mark.parametrize("rough", ["fp32", "bf16"])
def test_near_duplicates_are_all_pairs_above_the_threshold(rough: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_PRECISION", rough)
    monkeypatch.setattr(duplicates_module, "ROWS", 64)
    monkeypatch.setattr(duplicates_module, "COLUMNS", 100)
    near = np.concatenate([VECTORS, VECTORS[:60] + 0.02 * RANDOM.normal(size=(60, 24)), VECTORS[:20]]).astype(np.float32)
    unit = near / np.linalg.norm(near, axis=1, keepdims=True)
    found = Index(near).near_duplicates(0.9)
    wanted = [(a, b) for a, b in zip(*np.nonzero(np.triu(unit @ unit.T, 1) >= 0.9), strict=True)]
    assert found.count() == len(wanted)
    assert found.count(0.99) == sum(unit[a] @ unit[b] >= 0.99 for a, b in wanted)
    groups = found.groups()
    assert all({a, b} <= next(set(group) for group in groups if a in group) for a, b in wanted)
    kept = np.setdiff1d(np.arange(len(near)), found.extra())
    assert not (np.triu(unit[kept] @ unit[kept].T, 1) >= 0.9).any()


@pytest.mark.parametrize(("ones", "shared"), [(3824, 3633), (58, 56)])
def test_a_pair_just_above_the_threshold_is_not_lost_to_rounding(ones: int, shared: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_PRECISION", "bf16")
    pair = np.zeros((2, 2 * ones - shared), np.float32)
    pair[0, :ones] = pair[1, ones - shared:] = 1
    assert Index(pair).near_duplicates(shared / ones - 1e-4).count() == 1


def test_a_thousand_copies_of_one_item_are_one_group() -> None:
    found = Index(np.concatenate([np.repeat(VECTORS[:1], 1000, axis=0), VECTORS[1:40]])).near_duplicates(0.95)
    assert found.count() == 1000 * 999 // 2 and found.groups()[0] == list(range(1000)) and len(found.scores) == 0


def test_what_is_far_from_everything_comes_first() -> None:
    crowd = np.ones((50, 8)) + 0.05 * RANDOM.normal(size=(50, 8))
    places, closeness = Index(np.concatenate([crowd, -np.ones((1, 8))])).outliers()
    assert places[0] == 50 and closeness[0] < 0 < closeness[1]


@pytest.mark.parametrize(("vectors", "said"), [
    ([], "shape"), ([[1.0, 2.0], [1.0]], "no table of numbers"), ([["a"]], "no table of numbers"), ([1.0, 2.0], "shape"),
    ([[1.0, float("nan")], [1.0, 2.0]], "item 1"), ([[1.0, float("inf")]], "no number")])
def test_what_are_no_vectors_is_refused(vectors: list, said: str) -> None:
    with pytest.raises(StudioError, match=said):
        Index(vectors)


@pytest.mark.parametrize("query", ["word", [[1.0, 2.0], [1.0]], ["a", "b"], 1.0])
def test_a_query_that_is_no_vector_is_refused(query: object) -> None:
    with pytest.raises(StudioError, match="queries"):
        Index(VECTORS).search(query)


def test_vectors_of_another_width_and_wrong_ids_are_refused() -> None:
    with pytest.raises(StudioError, match="have 3 numbers, but the others have 24"):
        Index(VECTORS).search([1.0, 2.0, 3.0])
    with pytest.raises(StudioError, match="700 vectors but 1 id"):
        Index(VECTORS, ids=["one"])


def test_one_item_equal_items_and_a_vector_of_zeros_are_no_trouble() -> None:
    one = Index([[1.0, 2.0]])
    assert one.search([2.0, 4.0])[0].score == pytest.approx(1) and one.near_duplicates().groups() == [] and one.neighbours(0) == []
    assert len(one.outliers()[0]) == 0
    zeros = Index([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
    assert zeros.near_duplicates(0.5).groups() == [] and zeros.search([1.0, 1.0])[0].position == 2
    assert similarity.project(np.ones((6, 4))).tolist() == [[0.0, 0.0]] * 6
