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
    assert len(cache.names()) == 1


def test_the_model_used_longest_ago_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_CACHE_MODELS", "2")
    names = [str(engine.save(build("STModel", tmp_path / f"model{place}"), path=tmp_path / f"kept{place}")) for place in range(3)]
    for name in (names[0], names[1], names[0], names[2]):
        cache.loaded(name)
    assert cache.names() == [names[0], names[2]]


def test_tasks_share_a_named_model() -> None:
    assert TextClassification("minilm").model is TextClassification("minilm").model
