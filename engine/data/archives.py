"""Zip archives, unpacked by hand: members counted, real bytes counted while copying, nothing written under a member's name."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from engine.data.limits import Limits
from engine.data.sources import CHUNK, Source, display_name
from engine.errors import StudioError
from engine.words import plural, size

DAMAGED = (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error)  # what a member raises whose bytes are not whole
_BROKEN = (*DAMAGED, RuntimeError, OSError, ValueError, zipfile.LargeZipFile)


@contextmanager
def opened(source: Source, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """The archive, after a look at its list of members; broken ones become one clear StudioError, other errors stay what they are."""
    with source.open() as stream:
        with _broken_said(source, _BROKEN):
            archive = zipfile.ZipFile(stream)
        with archive, _broken_said(source, DAMAGED):
            members = archive.infolist()
            if len(members) > limits.archive_members:
                raise StudioError(f"{source.name} holds {plural(len(members), 'file')}.",
                                  f"At most {limits.archive_members:,} are unpacked.")
            if any(member.flag_bits & 0x1 for member in members):
                raise StudioError(f"{source.name} is encrypted.", "Save it without a password and upload that.")
            yield archive


@contextmanager
def _broken_said(source: Source, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    try:
        yield
    except errors as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise StudioError(f"{source.name} is a broken zip archive.",
                          "It may be cut short or damaged; make or download it again.") from error


def chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    """A member's bytes, with an end to what a small file may unpack to. A size that lies fails zipfile's checksum."""
    total = 0
    with _member(archive, member) as stream:
        while chunk := _read(stream, member):
            total += len(chunk)
            if total > limits.octets or total > max(10_000_000, limits.archive_ratio * max(1, member.compress_size)):
                raise StudioError(f"The archive unpacks to more than {size(total)}.", "Unpack it yourself and upload the table inside.")
            yield chunk


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(member)
    except (RuntimeError, ValueError) as error:
        raise zipfile.BadZipFile(f"{member.filename} cannot be opened") from error  # as what is written before it says it


def _read(stream: IO[bytes], member: zipfile.ZipInfo) -> bytes:
    try:
        return stream.read(CHUNK)
    except (OSError, lzma.LZMAError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise zipfile.BadZipFile(f"{member.filename} is damaged") from error  # as its bzip2 or LZMA says it


def single_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The one file in the archive, or StudioError. What macOS adds is passed over."""
    found = members(archive)
    if len(found) != 1:
        count = "no file" if not found else plural(len(found), "file")
        shown = ", ".join(display_name(member.filename) for member in found[:5])
        raise StudioError(f"{name} holds {count}{f' ({shown})' if shown else ''}.",
                          "A zip may hold exactly one table, or images; upload the table itself.")
    if is_link(found[0]):
        raise StudioError(f"{name} holds a link, not a table.", "Upload the table itself.")
    return found[0]


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files in the archive. What macOS and Windows add is passed over."""
    return [member for member in archive.infolist() if not member.is_dir() and not _added_by_system(member.filename)]


def is_link(member: zipfile.ZipInfo) -> bool:
    return member.external_attr >> 16 & 0o170000 == 0o120000


def _added_by_system(filename: str) -> bool:
    last = filename.rsplit("/", 1)[-1]
    return filename.startswith("__MACOSX/") or last in (".DS_Store", "Thumbs.db", "desktop.ini") or last.startswith("._")
