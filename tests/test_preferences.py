import json
import os
from pathlib import Path

import pytest

from engine import paths, preferences
from engine.errors import StudioError
from engine.preferences import Preferences


def test_what_is_written_is_read_again(home: Path) -> None:
    preferences.write(Preferences(threads=2, precision="fp32", cache_gigabytes=1.5))
    assert preferences.read() == Preferences(threads=2, precision="fp32", cache_gigabytes=1.5)
    assert [path.name for path in home.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"threads": "many", "precision": "fp99", "other": 1}'])
def test_a_broken_file_gives_the_defaults(home: Path, text: str) -> None:
    paths.home()
    (home / "settings.json").write_text(text, encoding="utf-8")
    assert preferences.read() == Preferences()


def test_one_bad_value_does_not_cost_the_others(home: Path) -> None:
    paths.home()
    (home / "settings.json").write_text(json.dumps({"threads": -1, "precision": "bf16"}), encoding="utf-8")
    assert preferences.read() == Preferences(precision="bf16")


def test_a_value_out_of_bounds_is_refused() -> None:
    with pytest.raises(StudioError, match="Threads"):
        Preferences(threads=0)


def test_threads_leave_one_processor_for_the_pages() -> None:
    assert preferences.training_threads() == max(1, preferences.processors() - 1)
    preferences.write(Preferences(threads=7))
    assert preferences.training_threads() == 7


def test_the_chosen_precision_reaches_what_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.inference.devices import dtype_for

    monkeypatch.setenv("STUDIO_PRECISION", "auto")
    monkeypatch.setattr(preferences, "_SET_BY_HAND", set())
    preferences.write(Preferences(precision="bf16"))
    preferences.apply()
    assert str(dtype_for("cpu")) == str(dtype_for("cpu", "auto")) == "torch.bfloat16"
    assert str(dtype_for("cpu", "fp32")) == "torch.float32"


def test_a_precision_that_was_set_by_hand_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_PRECISION", "fp32")
    monkeypatch.setattr(preferences, "_SET_BY_HAND", {"STUDIO_PRECISION"})
    preferences.write(Preferences(precision="bf16"))
    preferences.apply()
    assert os.environ["STUDIO_PRECISION"] == "fp32"


def test_clearing_the_cache_leaves_what_cannot_be_made_again() -> None:
    for folder, size in (("features", 300), ("exports", 200), ("presets", 100)):
        (paths.cache() / folder).mkdir()
        (paths.cache() / folder / "file").write_bytes(b"x" * size)
    assert preferences.cache_size() == 500
    assert preferences.clear_cache() == 500
    assert preferences.cache_size() == 0
    assert (paths.cache() / "presets" / "file").exists()


def test_trimming_takes_the_longest_unused_first() -> None:
    folder = paths.cache() / "features"
    folder.mkdir()
    for age, name in ((3, "oldest"), (2, "older"), (1, "newest")):
        (folder / name).write_bytes(b"x" * 1000)
        os.utime(folder / name, (1e9 - age, 1e9 - age))
    preferences.write(Preferences(cache_gigabytes=1.5e-6))
    assert preferences.trim_cache() == 2000
    assert [path.name for path in folder.iterdir()] == ["newest"]
