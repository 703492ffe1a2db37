"""Uploads on disk: content-addressed, written once, never changed."""

import hashlib
import io
import json
import os
import re
import time
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from engine import disk, paths
from engine.data import files
from engine.data.limits import LIMITS, Limits
from engine.data.sources import CHUNK, display_name
from engine.errors import StudioError
from engine.words import size as in_words

ID = re.compile(r"[0-9a-f]{16}\Z")
_CONTENT = "content"
_DAY = 86_400
_LEFT = ("unzipped-*", "export-*", "tmp*", "presets/tmp*")  # temporary files and folders in the cache, whoever made them


@dataclass(frozen=True)
class Upload:
    """id: first 16 hex digits of the content's SHA-256. name: as the user knows it. size in bytes. folder: where it is kept.
    stored: when it came first, in seconds since 1970."""

    id: str
    name: str
    size: int
    folder: Path
    stored: float = field(compare=False)

    @property
    def path(self) -> Path:
        """The content as it was uploaded; read-only."""
        return self.folder / _CONTENT


def store(source: bytes | Path | BinaryIO, name: str, limits: Limits = LIMITS) -> Upload:
    """Copy an upload under its content's hash. The same content a second time takes no space.

    StudioError: empty, too large, disk full; then nothing is left behind.
    """
    name = display_name(name)
    part = paths.data() / f".{uuid.uuid4().hex}.part"
    with disk.said_if_full(name):
        part.mkdir()
        try:
            identity, count = _copy(source, part / _CONTENT, name, limits)
            final = paths.data() / identity
            disk.write_json(part / "upload.json", {"id": identity, "name": name, "size": count, "stored": time.time()}, name)
            _publish(part, final, count)
        finally:
            if part.exists():
                files.remove(part)
    return replace(open_upload(identity), name=name)


def _copy(source: bytes | Path | BinaryIO, target: Path, name: str, limits: Limits) -> tuple[str, int]:
    digest, count = hashlib.sha256(), 0
    stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") if isinstance(source, Path) else source
    try:
        if stream is source and stream.seekable():
            stream.seek(0)
        with open(target, "wb") as copy:
            while chunk := stream.read(CHUNK):
                count += len(chunk)
                if count > limits.octets:
                    raise StudioError(f"{name} has more than {in_words(limits.octets)}.", "Upload a part of it.")
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
    finally:
        if stream is not source:
            stream.close()
    if not count:
        raise StudioError(f"{name} is empty.", "Upload a file that holds at least a header and one row.")
    target.chmod(0o444)
    return digest.hexdigest()[:16], count


def _publish(part: Path, final: Path, size: int) -> None:
    """Rename into place; whoever comes second with the same content keeps what is there, if that is whole."""
    if final.exists():
        content, about = final / _CONTENT, final / "upload.json"
        if content.is_file() and content.stat().st_size == size and about.is_file():
            return
        files.remove(final)  # a crash in the middle of its removal left a part of it
    try:
        os.rename(part, final)
    except OSError:
        if not final.exists():
            raise


def open_upload(identity: str) -> Upload:
    """A stored upload; StudioError if it is not there."""
    folder = paths.data() / identity if ID.match(identity) else None
    if folder is None or not (folder / "upload.json").is_file():
        raise StudioError(f"There is no upload {identity!r} here.", "It may have been deleted; upload the file again.")
    about = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
    return Upload(identity, about["name"], about["size"], folder, about["stored"])


def sweep() -> int:
    """Remove what a crash left half-written more than a day ago, here and in the cache; gives the number of leftovers."""
    left = [path for folder, pattern in ((paths.data(), ".*.part"), (paths.data(), "*/.*.part"), *((paths.cache(), name) for name in _LEFT))
            for path in folder.glob(pattern)]
    old = [path for path in left if time.time() - disk.changed(path) > _DAY]
    for path in old:
        files.remove(path) if path.is_dir() else path.unlink(missing_ok=True)
    return len(old)
