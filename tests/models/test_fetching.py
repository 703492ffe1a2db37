"""Fetching, from a server of the test's own: bytes that are told, a stop that leaves nothing, refusals in one sentence."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import Stopped, StudioError
from engine.models import fetching
from engine.models.auto_model import AutoModel
from engine.models.catalogue import PRESETS
from engine.models.fetch_progress import FetchProgress, FetchWatch
from tests import local_index, tiny
from tests.local_index import Index

REPO = "hf://someone/tiny"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Index]:
    """A hub with one repository, whose pickles and copies for other programs are not wanted."""
    with local_index.hub(tiny.sentence_folder(tmp_path / "source"), tmp_path / "cache") as index:
        index.files |= {"pytorch_model.bin": b"a pickle", "onnx/model.safetensors": b"for another program"}
        yield index


def test_a_model_is_fetched_with_its_bytes_told_and_then_needs_no_hub(hub: Index, tmp_path: Path) -> None:
    seen: list[FetchProgress] = []
    hub.pause, hub.part = 0.1, 2048
    assert not fetching.is_here(REPO)
    fetching.fetch(REPO, FetchWatch(seen.append))
    wanted = sum(len(content) for name, content in hub.files.items() if name not in ("pytorch_model.bin", "onnx/model.safetensors"))
    assert seen[0] == FetchProgress(f"Fetching {REPO}") and any(0 < one.done < wanted for one in seen)
    assert (seen[-1].done, seen[-1].total, seen[-1].share) == (wanted, wanted, 1.0) and seen[-1].rate > 0
    assert "pytorch_model.bin" not in hub.asked and "onnx/model.safetensors" not in hub.asked
    hub.files.clear()  # from now on the hub has nothing
    assert fetching.is_here(REPO)
    assert AutoModel.from_pretrained(REPO).name == "tiny"


def test_a_fetch_that_is_stopped_leaves_nothing_half_written_and_goes_on_with_what_is_complete(hub: Index, tmp_path: Path) -> None:
    hub.files["model.safetensors"] += bytes(3_000_000)
    hub.pause = 0.04
    stop = threading.Event()

    def tell(progress: FetchProgress) -> None:
        if progress.done > 1_000_000:
            stop.set()

    with pytest.raises(Stopped):
        fetching.fetch(REPO, FetchWatch(tell, stop.is_set))
    assert not fetching.is_here(REPO)
    assert [path for path in (tmp_path / "cache").rglob("*.incomplete")] == []
    first, hub.pause = set(hub.asked), 0.0
    hub.asked.clear()
    fetching.fetch(REPO)
    assert "model.safetensors" in hub.asked and "config.json" in first and "config.json" not in hub.asked


@pytest.mark.parametrize(("address", "words"), [
    ("hf://someone/unknown", "is not on the Hugging Face hub"), ("hf://someone", "is not an address"), ("ftp://a/b", "of an unknown kind"),
    ("kaggle://a/b", "is not a Kaggle model"), ("kaggle://a/b/c/d", "need the package kagglehub"),
])
def test_what_cannot_be_fetched_is_said_in_a_sentence(hub: Index, address: str, words: str) -> None:
    with pytest.raises(StudioError, match=words):
        fetching.locate(address)


def test_an_older_model_comes_with_its_pickled_tensors(hub: Index) -> None:
    del hub.files["model.safetensors"], hub.files["onnx/model.safetensors"]
    fetching.fetch(REPO)
    assert (fetching.locate(REPO) / "pytorch_model.bin").read_bytes() == b"a pickle" and fetching.is_here(REPO)


def test_a_repository_without_weights_is_refused(hub: Index) -> None:
    for name in ("model.safetensors", "onnx/model.safetensors", "pytorch_model.bin"):
        del hub.files[name]
    with pytest.raises(StudioError, match="has no weights that can be read here"):
        fetching.fetch(REPO)
    assert not fetching.is_here(REPO)


def test_a_hub_that_is_not_reached_is_named_with_a_model_that_needs_none(hub: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    row = next(preset for preset in PRESETS if preset.source.startswith("hf://") and "text-classification" in preset.tasks)
    with pytest.raises(StudioError, match="http://127.0.0.1:9. was not reached") as caught:
        fetching.fetch(row.name)
    assert row.source in caught.value.message and "minilm" in caught.value.hint


def test_a_model_made_of_others_is_here_when_they_are() -> None:
    assert fetching.addresses("image-text") == fetching.addresses("efficientnet-lite0") + fetching.addresses("minilm")
    assert fetching.addresses("no-such-model") == () and fetching.is_here("minilm")


def test_the_words_of_a_progress_say_what_is_known() -> None:
    assert str(FetchProgress("Fetching it", 120_000_000, 438_000_000, 8_000_000)) == (
        "Fetching it · 120 MB of 438 MB · 8 MB/s · about 40 s left")
    assert str(FetchProgress("Unpacking it")) == "Unpacking it"
    assert str(FetchProgress("Fetching it", 5_000_000)) == "Fetching it · 5 MB"
