"""Folders that others change while they are looked through."""

import os
import shutil
import threading
import time
from pathlib import Path

from engine import disk
from engine.data import files


def made(folder: Path) -> Path:
    """Two files above, one below."""
    (folder / "below").mkdir(parents=True)
    for name in ("first", "second", "below/third"):
        (folder / name).write_bytes(b"12345")
    return folder


def test_every_file_is_found_with_its_size(tmp_path: Path) -> None:
    folder = made(tmp_path / "folder")
    assert {path.relative_to(folder).as_posix(): facts.st_size for path, facts in disk.files_below(folder)} == {
        "first": 5, "second": 5, "below/third": 5}
    assert disk.size_of(folder) == 15 and disk.size_of(tmp_path / "none") == 0


def test_what_is_removed_meanwhile_is_left_out(tmp_path: Path) -> None:
    folder = made(tmp_path / "folder")
    walk = disk.files_below(folder)
    seen, _ = next(walk)
    shutil.rmtree(folder / "below")
    for path in (folder / "first", folder / "second"):
        if path != seen:
            path.unlink()
    assert list(walk) == []


def test_a_folder_is_measured_and_removed_while_another_writes_into_it(tmp_path: Path) -> None:
    folder, stop = tmp_path / "busy", threading.Event()

    def write() -> None:
        while not stop.is_set():
            shutil.rmtree(made(folder / "part"), ignore_errors=True)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        until = time.monotonic() + 1
        while time.monotonic() < until:
            assert disk.size_of(folder) in range(0, 16, 5)
    finally:
        stop.set()
        writer.join()
    made(folder / "last")
    assert files.remove(folder) == 15 and not folder.exists()
    assert files.remove(folder) == 0


def test_what_was_changed_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    folder = made(tmp_path / "folder")
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (1_000, 1_000))
    os.utime(folder / "below" / "third", (5_000, 5_000))
    assert disk.changed(folder) == 5_000 and disk.changed(folder / "first") == 1_000
    assert abs(disk.changed(tmp_path / "gone") - time.time()) < 60
