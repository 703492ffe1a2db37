"""Files written so that a crash or a full disk leaves the old or the new, never half."""

import errno
import json
import os
import stat
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from engine.errors import StudioError

FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextmanager
def said_if_full(what: str) -> Iterator[None]:
    """A full disk (or a full quota) becomes a StudioError; other OSErrors stay what they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise StudioError(f"The disk is full: {what} could not be kept.",
                          "Free some space, or move the home folder (STUDIO_HOME) to another disk.") from error


def write_atomically(path: Path, write: Callable[[BinaryIO], object], what: str) -> None:
    """Write to a sibling, flush to disk, rename. Nothing is left behind if it fails."""
    sibling = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    with said_if_full(what):
        try:
            with open(sibling, "wb") as stream:
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(sibling, path)
        finally:
            sibling.unlink(missing_ok=True)


def make_room(folder: Path, limit: int) -> None:
    """Delete the files of a folder that were not used for the longest time until the rest is within so many bytes."""
    files = sorted(((facts.st_mtime, facts.st_size, path) for path, facts in files_below(folder)), reverse=True)
    total = 0
    for _, size, item in files:
        total += size
        if total > limit:
            item.unlink(missing_ok=True)


def write_json(path: Path, value: Any, what: str = "") -> None:
    """Write a JSON file whole or not at all. what: what a full disk is said to have cost; the file's name where it is left out."""
    content = json.dumps(value, ensure_ascii=False, indent=1).encode()
    write_atomically(path, lambda stream: stream.write(content), what or path.name)


def read_json(path: Path) -> Any:
    """What a JSON file holds; None where there is none that can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def files_below(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every file in a folder and its folders, with its facts; what others remove meanwhile is left out (Path.rglob would raise)."""
    for name, _, files in os.walk(folder):
        for path in map(Path(name).joinpath, files):
            with suppress(OSError):
                facts = path.stat()
                if stat.S_ISREG(facts.st_mode):
                    yield path, facts


def changed(path: Path) -> float:
    """When a file, or anything in a folder, was last changed, in seconds since 1970; now for what is gone meanwhile."""
    try:
        return max([path.stat().st_mtime, *(facts.st_mtime for _, facts in files_below(path))])
    except OSError:
        return time.time()


def size_of(folder: Path, freeable: bool = False) -> int:
    """Bytes in a folder; `freeable` counts only those that no other folder shares."""
    return sum(facts.st_size for _, facts in files_below(folder) if not freeable or facts.st_nlink == 1)
