"""Vectors of many rows: kept on disk by their content, gone on with after a stop, without what cannot be computed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import paths
from engine.errors import StudioError
from engine.similarity import computed
from engine.tasks import TASKS
from tests import harness
from tests.learning import picture

TEXTS = [{"text": f"i am {word} about my product {word}"} for word in ("mad", "happy", "green", "nature", "issue")]


@pytest.fixture
def task(tmp_path: Path) -> Any:
    return harness.served(TASKS["text-vectorisation"], "STModel", tmp_path / "model")


@pytest.fixture
def asked(task: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each call of the task was asked for."""
    sizes: list[int] = []
    answer = task.answer
    monkeypatch.setattr(task, "answer", lambda rows, **more: sizes.append(len(rows)) or answer(rows, **more))
    return sizes


def test_vectors_are_those_of_the_task_and_are_computed_once(task: Any, asked: list[int]) -> None:
    wanted = np.array(task.answer(TEXTS))
    asked.clear()
    found = computed.vectors(task, TEXTS)
    assert found.vectors == pytest.approx(wanted, abs=1e-5) and found.vectors.dtype == np.float32
    assert found.places.tolist() == [0, 1, 2, 3, 4] and found.left_out == {}
    asked.clear()
    again = computed.vectors(task, TEXTS)
    assert asked == [0] or asked == []
    assert np.array_equal(found.vectors, again.vectors) and found.key == again.key


def test_another_model_or_another_content_has_another_key(task: Any, tmp_path: Path) -> None:
    import torch

    before = computed.vectors(task, TEXTS)
    assert computed.vectors(task, TEXTS[::-1]).key != before.key
    with torch.no_grad():
        weights = next(task.model.parameters())
        weights.mul_(torch.rand(weights.shape[-1], generator=torch.Generator().manual_seed(3)))  # the same for all, a norm would take out
    after = computed.vectors(task, TEXTS)
    assert after.key != before.key and not np.allclose(after.vectors, before.vectors)


def test_a_stopped_computation_goes_on_where_it_was(task: Any, asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computed, "PART", 10)
    rows = [{"text": f"happy product {number}"} for number in range(35)]

    def stop(done: int, total: int) -> None:
        assert total == 35
        if done >= 25:
            raise KeyError

    with pytest.raises(KeyError):
        computed.vectors(task, rows, stop)
    assert len(list((paths.cache() / "vectors").glob("*.npy"))) == 2
    asked.clear()
    seen: list[int] = []
    assert len(computed.vectors(task, rows, lambda done, total: seen.append(done)).vectors) == 35
    assert sum(asked) == 15 and seen == sorted(seen) and seen[-1] == 35


def test_what_is_the_same_is_asked_once(task: Any, asked: list[int]) -> None:
    found = computed.vectors(task, [{"text": "happy"}] * 900)
    assert sum(asked) == 1 and found.vectors.shape[0] == 900 and (found.vectors == found.vectors[0]).all()


def test_what_cannot_be_computed_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    task = harness.served(TASKS["image-vectorisation"], "EfficientNet", tmp_path / "model")
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image at all")
    rows: list[Any] = [{"image": picture("food", 1)}, {"image": broken}, {"image": None}, StudioError("It is not in the zip."),
                       {"image": picture("tools", 2)}]
    for _ in range(2):  # the second time from what was kept
        found = computed.vectors(task, rows)
        assert found.places.tolist() == [0, 4] and np.isfinite(found.vectors).all()
        assert set(found.left_out) == {1, 2, 3} and "no image" in found.left_out[1] and "not in the zip" in found.left_out[3]


def test_nothing_that_can_be_computed_says_why(task: Any) -> None:
    with pytest.raises(StudioError, match="None of the 2 items"):
        computed.vectors(task, [{"text": ""}, {"text": "  "}])


def test_a_model_that_fails_at_everything_is_given_up(task: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(rows: Any, **more: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr(task, "answer", fail)
    with pytest.raises(StudioError, match="one after the other"):
        computed.vectors(task, [{"text": f"happy {number}"} for number in range(500)])


def test_a_file_that_is_damaged_is_computed_again(task: Any) -> None:
    before = computed.vectors(task, TEXTS)
    for file in (paths.cache() / "vectors").iterdir():
        file.write_bytes(file.read_bytes()[:40])
    assert np.allclose(computed.vectors(task, TEXTS).vectors, before.vectors)


def test_a_search_finds_the_same_intent_for_most_questions_to_a_bank(shared_data: Path) -> None:
    import pandas

    from engine.similarity import Index

    task = TASKS["text-vectorisation"]("minilm")
    known = pandas.read_csv(shared_data / "banking77" / "train.csv").groupby("category").head(10)
    asked = pandas.read_csv(shared_data / "banking77" / "test.csv").iloc[::154]
    found = computed.vectors(task, [{"text": text} for text in known["text"]])
    queries = computed.vectors(task, [{"text": text} for text in asked["text"]])
    hits = Index(found.vectors, list(known["category"])).search(queries.vectors, 5)
    right = sum(intent in {hit.id for hit in own} for intent, own in zip(asked["category"], hits, strict=True))
    assert len(asked) == 20 and right >= 18
