import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import disk
from engine.errors import StudioError
from engine.hub import folders
from tests.runs.helpers import ROOT


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def publish(target: Path, text: str, replace: bool = False) -> None:
    with folders.publishing(target, replace) as folder:
        (folder / "weights").write_text(text)


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "model"
    with pytest.raises(RuntimeError), folders.publishing(target) as folder:
        (folder / "weights").write_text("half")
        raise RuntimeError("cut")
    assert names(tmp_path) == []
    publish(target, "whole")
    assert names(tmp_path) == ["model"] and (target / "weights").read_text() == "whole"


def test_a_folder_that_is_there_is_replaced_only_on_request(tmp_path: Path) -> None:
    target = tmp_path / "model"
    publish(target, "old")
    with pytest.raises(StudioError, match="there already"):
        publish(target, "new")
    assert (target / "weights").read_text() == "old"
    publish(target, "new", replace=True)
    assert names(tmp_path) == ["model"] and (target / "weights").read_text() == "new"


def test_what_a_killed_process_left_is_swept_and_the_old_folder_is_put_back(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = (("new", "first"), (".new", "first.part"), ("old", "second"), ("gone", "third"))
    for name in (*(f".{kind}-{dead.pid}-00ff-{name}" for kind, name in left), f".new-{os.getpid()}-00ff-mine"):
        (tmp_path / name).mkdir()
    folders.sweep(tmp_path)
    assert names(tmp_path) == [f".new-{os.getpid()}-00ff-mine", "second"]


def test_large_files_are_shared_and_their_bytes_free_only_with_the_last_folder(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with folders.publishing(first) as folder:
        (folder / "weights").write_bytes(bytes(2_000_000))
        (folder / "config.json").write_text("{}")
    with folders.publishing(second) as folder:
        folders.fill(first, folder)
    assert disk.size_of(second) == 2_000_002
    with folders.removing(second) as freed:
        assert freed == 2
    with folders.removing(first) as freed:
        assert freed == 2_000_002
    assert names(tmp_path) == []


def test_a_removal_that_fails_puts_the_folder_back(tmp_path: Path) -> None:
    publish(tmp_path / "model", "whole")
    with pytest.raises(RuntimeError), folders.removing(tmp_path / "model"):
        raise RuntimeError("cut")
    assert names(tmp_path) == ["model"]


MANY_SAVES = """
import sys
from pathlib import Path
from engine.errors import StudioError
from engine.hub import folders
saved = 0
for turn in range(150):
    try:
        with folders.publishing(Path(sys.argv[1]) / f"model-{turn}", replace=turn % 2 == 0) as folder:
            (folder / "weights").write_text(sys.argv[2])
        saved += 1
    except StudioError as error:
        assert "is there already" in error.message
print(saved)
"""


def test_two_processes_that_save_the_same_name_at_once_get_it_or_are_told_so(tmp_path: Path) -> None:
    both = [subprocess.Popen([sys.executable, "-c", MANY_SAVES, str(tmp_path), who], cwd=ROOT, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE) for who in ("one", "other")]
    said = [process.communicate() for process in both]
    assert [error for _, error in said] == ["", ""]
    assert names(tmp_path) == sorted(f"model-{turn}" for turn in range(150)), "each is there, and nothing half-done beside it"
    assert sum(int(out) for out, _ in said) >= 150


FILE_TOO_LARGE = """
import sys
from pathlib import Path
from engine.errors import StudioError
from engine.hub import folders
try:
    with folders.publishing(Path(sys.argv[1])) as folder:
        (folder / "weights").write_bytes(bytes(2_000_000))
except StudioError as error:
    print(error)
"""


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: writing fails in the middle of the file in the same way."""
    resource = pytest.importorskip("resource", reason="Windows has no limit on the size of files")
    done = subprocess.run([sys.executable, "-c", FILE_TOO_LARGE, str(tmp_path / "model")], cwd=ROOT, capture_output=True, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)), check=True)
    assert done.stdout.startswith("The disk is full: nothing was saved.")
    assert names(tmp_path) == []


def test_a_replacement_that_fails_at_the_last_step_puts_the_old_folder_back(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "weights").write_text("old")
    with pytest.raises(FileNotFoundError):
        folders._put_in_place(tmp_path / "gone-by-now", target, replace=True)
    assert [path.name for path in tmp_path.iterdir()] == ["model"] and (target / "weights").read_text() == "old"
