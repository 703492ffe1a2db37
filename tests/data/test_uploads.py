import hashlib
import io
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from engine import data, paths
from engine.data.limits import Limits
from engine.errors import StudioError

ROOT = Path(__file__).resolve().parents[2]
CONTENT = b"text,label\nhello there,greeting\n"


def test_an_upload_is_kept_under_its_content_hash_and_is_read_only(home: Path) -> None:
    upload = data.store(CONTENT, "../../orders.csv")
    assert (upload.id, upload.name, upload.size) == (hashlib.sha256(CONTENT).hexdigest()[:16], "orders.csv", len(CONTENT))
    assert upload.folder == home / "data" / upload.id
    assert upload.path.read_bytes() == CONTENT
    assert upload.path.stat().st_mode & 0o222 == 0
    assert data.open_upload(upload.id) == upload


def test_bytes_a_path_and_an_open_file_are_the_same_upload(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(CONTENT)
    half_read = io.BytesIO(CONTENT)
    half_read.read(5)
    assert data.store(CONTENT, "a.csv").id == data.store(path, "b.csv").id == data.store(half_read, "c.csv").id
    assert len(list(paths.data().iterdir())) == 1


def test_what_is_empty_or_too_large_leaves_nothing_behind() -> None:
    for content, limits, said in ((b"", Limits(), "is empty"), (b"x" * 2_000, Limits(octets=1_000), "more than 1 kB")):
        with pytest.raises(StudioError, match=said):
            data.store(content, "x.csv", limits)
    assert list(paths.data().iterdir()) == []


def test_a_stream_that_breaks_off_leaves_nothing_behind() -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            raise ConnectionError("the browser went away")

    with pytest.raises(ConnectionError):
        data.store(Broken(), "x.csv")  # type: ignore[arg-type]
    assert list(paths.data().iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot limit the size of files that a process writes")
def test_a_disk_that_fills_up_is_said_and_leaves_nothing_half_written(home: Path) -> None:
    code = ("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
            "from engine import data\nfrom engine.errors import StudioError\n"
            "try:\n    data.store(b'text,label\\n' + b'hello there,greeting\\n' * 50_000, 'orders.csv')\n"
            "except StudioError as error:\n    print(error)\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "STUDIO_HOME": str(home)}, capture_output=True,
                          text=True)
    assert "The disk is full: orders.csv could not be kept." in done.stdout, done.stderr
    assert list((home / "data").iterdir()) == []


def test_two_threads_that_store_the_same_content_agree() -> None:
    found: list[str] = []
    content = CONTENT * 50_000
    threads = [threading.Thread(target=lambda: found.append(data.store(content, "x.csv").id)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
    assert [path.name for path in paths.data().iterdir()] == [found[0]]


@pytest.mark.parametrize("identity", ["", "nowhere", "../../etc", "0123456789abcdef"])
def test_an_upload_that_is_not_there_is_a_clear_error(identity: str) -> None:
    with pytest.raises(StudioError, match="no upload"):
        data.open_upload(identity)


def test_leftovers_of_a_crash_are_swept_after_a_day() -> None:
    old, new = paths.data() / ".old.part", paths.data() / ".new.part"
    for folder in (old, new):
        folder.mkdir()
        (folder / "content").write_bytes(b"half")
    for name in ("unzipped-x1", "tmpx2", "unzipped-new"):
        (paths.cache() / name).write_bytes(b"half")
    for path in (old / "content", old, paths.cache() / "unzipped-x1", paths.cache() / "tmpx2"):
        os.utime(path, (time.time() - 100_000,) * 2)
    assert data.sweep() == 3
    assert [path.name for path in paths.data().iterdir()] == [".new.part"]
    assert [path.name for path in paths.cache().iterdir()] == ["unzipped-new"]


@pytest.mark.parametrize("lost", ["content", "upload.json"])
def test_what_a_crash_left_of_a_removed_upload_does_not_spoil_the_next_one(lost: str) -> None:
    upload = data.store(CONTENT, "x.csv")
    upload.path.chmod(0o600)
    (upload.folder / lost).unlink()
    again = data.store(CONTENT, "x.csv")
    assert again == upload and again.path.read_bytes() == CONTENT and data.open_upload(upload.id) == upload
