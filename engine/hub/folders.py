"""Folders on disk: published whole or not at all, removed with a count of what that freed, swept after a crash.

While being written a folder is a sibling named .new-<process>-<random>-<name>; one that is being replaced is .old-…; one that
is being removed is .gone-….
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.disk import FULL, size_of
from engine.errors import StudioError
from engine.hub.processes import was_alive_at

_FULL_WORDS = re.compile(r"no space left|disk is full|disk quota|file too large|os error (28|27|122|112)\b", re.IGNORECASE)
_MARKED = re.compile(r"\.\.?(new|old|gone)-(\d+)-[0-9a-f]+-(.+)")
_LINK_FROM = 1_000_000  # bytes from which a file is hard-linked and not copied


@contextmanager
def publishing(target: Path, replace: bool = False) -> Iterator[Path]:
    """Write into the folder that this gives; when the block ends well it becomes `target`, else nothing is left of it."""
    temporary = _marked("new", target)
    try:
        temporary.mkdir(parents=True)
        yield temporary
        sync(temporary)
        _put_in_place(temporary, target, replace)
    except BaseException as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if full := disk_full(error):
            raise full from error
        raise


def _put_in_place(temporary: Path, target: Path, replace: bool) -> None:
    """Another process may want the same place at the same moment: one of the two gets it, the other is told so."""
    old = _put_aside(target) if replace else None
    try:
        if target.exists():  # on some systems a rename would put it inside
            raise FileExistsError
        os.rename(temporary, target)
    except OSError as error:
        if target.exists():
            raise StudioError(f"{target.name} is there already.", "Choose another name.") from error
        if old:
            os.rename(old, target)
        raise
    finally:
        if old and target.exists():
            shutil.rmtree(old, ignore_errors=True)
    _sync_folder(target.parent)


def _put_aside(target: Path) -> Path | None:
    """Move what is in the way to where it can be brought back from; None if there is nothing."""
    old = _marked("old", target)
    try:
        move(target, old)
    except FileNotFoundError:
        return None
    return old


@contextmanager
def removing(folder: Path) -> Iterator[int]:
    """Take a folder out of sight; it is deleted when the block ends well, else put back. Gives the bytes that this frees."""
    if not folder.exists():
        yield 0
        return
    freed, gone = size_of(folder, freeable=True), _marked("gone", folder)
    move(folder, gone)
    try:
        yield freed
    except BaseException:
        os.rename(gone, folder)
        raise
    shutil.rmtree(gone, ignore_errors=True)


def move(folder: Path, target: Path) -> None:
    """Rename a folder; StudioError if a program holds its files open, as only Windows minds."""
    try:
        os.rename(folder, target)
    except PermissionError as error:
        raise StudioError(f"{folder.name} is in use.", "Close what uses it, such as a page that answers with it, and try again.") from error


def sweep(parent: Path) -> None:
    """Clear what a crash left in `parent`, and put back a folder whose replacement never arrived.

    A second dot at the front marks what was being written on behalf of such a folder.
    """
    for path in parent.iterdir():
        if not (match := _MARKED.fullmatch(path.name)):
            continue
        kind, process, name = match.groups()
        try:
            if was_alive_at(int(process), path.stat().st_mtime):
                continue  # it is being written just now
        except FileNotFoundError:  # it was, and has its name by now
            continue
        if kind == "old" and not path.name.startswith("..") and not (parent / name).exists():
            os.rename(path, parent / name)
        else:
            shutil.rmtree(path, ignore_errors=True)


def fill(source: Path, folder: Path) -> None:
    """Copy a folder's files into another one. Large files, which are never changed in place, are shared by a hard link."""
    for path in sorted(source.rglob("*")):
        if path.is_dir() or path.is_symlink():
            continue
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.stat().st_size < _LINK_FROM or not _link(path, target):
            shutil.copyfile(path, target)


def _link(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without hard links
        return False
    return True


def disk_full(error: BaseException) -> StudioError | None:
    """The error's plain words if a full disk is at its bottom. Libraries written in other languages only say it in their text."""
    seen: BaseException | None = error
    while seen is not None:
        told = isinstance(seen, StudioError)  # its words are ours; what counts is what caused it
        if (isinstance(seen, OSError) and seen.errno in FULL) or (not told and _FULL_WORDS.search(str(seen))):
            return StudioError("The disk is full: nothing was saved.",
                               "Free some space and try again. Nothing half-written was left behind.")
        seen = seen.__cause__ or seen.__context__
    return None


def sync(folder: Path) -> None:
    """Make sure that all files of a folder are on the disk, so that a power cut cannot leave empty ones."""
    for path in folder.rglob("*"):
        if path.is_dir():
            _sync_folder(path)
            continue
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows knows no such thing
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _marked(kind: str, target: Path) -> Path:
    return target.with_name(f".{kind}-{os.getpid()}-{secrets.token_hex(4)}-{target.name}")
