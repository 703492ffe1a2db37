"""Writing so that a crash or a full disk leaves the old or the new, never half."""

import errno
import json
import os
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from engine.errors import StudioError

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextmanager
def said_if_full(what: str) -> Iterator[None]:
    """A full disk (or a full quota) becomes a StudioError; other OSErrors stay what they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
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


def write_json(path: Path, value: Any, what: str) -> None:
    content = json.dumps(value, ensure_ascii=False, indent=1).encode()
    write_atomically(path, lambda stream: stream.write(content), what)


def remove(folder: Path) -> int:
    """Delete a folder, read-only files too; gives the bytes that are free now."""
    freed = 0
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            freed += path.stat().st_size
            path.chmod(stat.S_IREAD | stat.S_IWRITE)
    shutil.rmtree(folder, ignore_errors=True)
    return freed
