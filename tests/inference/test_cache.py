import os
import threading
from pathlib import Path

import pytest

import engine
from engine import TextClassification
from engine.inference import cache
from tests.harness import build


@pytest.fixture(autouse=True)
def empty() -> None:
    cache.forget()


def test_many_threads_that_want_a_model_get_the_same_one() -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(cache.loaded("minilm"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(model) for model in found}) == 1 and cache.holds("minilm")


def test_a_model_that_was_saved_anew_is_read_anew(tmp_path: Path) -> None:
    model = build("STModel", tmp_path / "model")
    engine.save(model, path=tmp_path / "kept")
    first = cache.loaded(str(tmp_path / "kept"))
    os.utime(tmp_path / "kept" / "config.json", (1, 1))
    assert cache.loaded(str(tmp_path / "kept")) is not first
    assert len(cache.held()) == 1


def test_a_model_in_the_users_own_folder_that_was_saved_anew_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    engine.save(build("STModel", tmp_path / "model"), path=tmp_path / "kept")
    first = cache.loaded("~/kept")
    os.utime(tmp_path / "kept" / "config.json", (1, 1))
    assert cache.loaded("~/kept") is not first


def kept(tmp_path: Path, count: int) -> list[str]:
    return [str(engine.save(build("STModel", tmp_path / f"model{place}"), path=tmp_path / f"kept{place}")) for place in range(count)]


def test_above_the_budget_the_models_used_longest_ago_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = kept(tmp_path, 3)
    size = cache.size_of(cache.loaded(names[0]))
    monkeypatch.setenv("STUDIO_MODEL_GIGABYTES", str(2.5 * size / 1e9))
    for name in (names[0], names[1], names[0], names[2]):
        cache.loaded(name)
    assert [model.name for model in cache.held()] == [names[0], names[2]]
    assert sum(model.size_bytes for model in cache.held()) == 2 * size <= cache.budget()


def test_a_model_larger_than_the_budget_stays_while_it_is_the_only_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_MODEL_GIGABYTES", "0.000001")
    first, second = kept(tmp_path, 2)
    cache.loaded(first)
    cache.loaded(second)
    assert [model.name for model in cache.held()] == [second]


def test_a_size_is_that_of_the_weights_each_counted_once() -> None:
    from torch import nn

    tied = nn.Linear(100, 10, bias=False)
    both = nn.ModuleList([tied, nn.Linear(100, 10, bias=False)])
    both[1].weight = tied.weight
    both.register_buffer("mean", tied.weight.new_zeros(5))
    assert cache.size_of(both) == 100 * 10 * 4 + 5 * 4
    assert cache.size_of(object()) == 0


def test_without_a_word_a_third_of_the_memory_is_used() -> None:
    assert cache.budget() == cache.machine_memory() // 3 > 100_000_000


def test_an_unloaded_model_leaves_the_memory(tmp_path: Path) -> None:
    import weakref

    name = kept(tmp_path, 1)[0]
    seen = weakref.ref(cache.loaded(name))
    cache.forget(name)
    assert seen() is None and not cache.holds(name) and cache.held() == []


def test_an_alias_is_the_same_model() -> None:
    assert cache.loaded("english-small") is cache.loaded("minilm") and cache.holds("all-minilm-l6-v2")


def test_tasks_share_a_named_model() -> None:
    assert TextClassification("minilm").model is TextClassification("minilm").model
