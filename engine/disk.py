"""Files written so that a crash or a full disk leaves the old or the new, never half."""

import errno
import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    files = sorted(((item.stat().st_mtime, item.stat().st_size, item) for item in folder.iterdir() if item.is_file()), reverse=True)
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


def size_of(folder: Path, freeable: bool = False) -> int:
    """Bytes in a folder; `freeable` counts only those that no other folder shares."""
    facts = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum(fact.st_size for fact in facts if not freeable or fact.st_nlink == 1)
