"""From an upload's bytes to a table of text cells. What was found (format, encoding, delimiter, header) is said and can be changed."""

import os
import tempfile
import zipfile
from pathlib import Path

from engine import disk, paths
from engine.data import archives, image_archives
from engine.data.formats import sniff
from engine.data.limits import LIMITS, Limits
from engine.data.sources import Source
from engine.data.tables import Facts, Table
from engine.errors import StudioError
from engine.words import size

__all__ = ["Facts", "Limits", "Table", "read"]


def read(source: bytes | Path, name: str, *, encoding: str | None = None, delimiter: str | None = None,
         header: bool | int | None = None, sheet: str | int | None = None, limits: Limits = LIMITS) -> Table:
    """Read CSV and its kin, xlsx, xls, ods, JSON lines, JSON, Parquet, or a zip that holds exactly one of these.

    header: None finds it, False says there is none, True takes the first full row, a number is the row's number in the file.
    sheet: a name, or a position from 1. name: as the user's computer gave it; never used as a path. StudioError: why it is refused.
    """
    origin = Source(source, name)
    if origin.size > limits.octets:
        raise StudioError(f"{origin.name} has {size(origin.size)}; at most {size(limits.octets)} can be read.",
                          "Upload a part of the table.")
    kind = sniff(origin)
    if kind == "zip":
        return _read_zipped(origin, encoding, delimiter, header, sheet, limits)
    if kind in ("xlsx", "xls", "ods"):
        from engine.data.spreadsheets import read_workbook

        return read_workbook(origin, kind, sheet=sheet, header=header, limits=limits)
    if kind == "text":
        from engine.data.delimited import read_delimited

        return read_delimited(origin, encoding=encoding, delimiter=delimiter, header=header, limits=limits)
    from engine.data import structured

    if kind == "parquet":
        return structured.read_parquet(origin, limits=limits)
    reader = structured.read_json_lines if kind == "jsonl" else structured.read_json
    return reader(origin, encoding=encoding, limits=limits)


def _read_zipped(origin: Source, encoding: str | None, delimiter: str | None, header: bool | int | None, sheet: str | int | None,
                 limits: Limits) -> Table:
    """The images in a zip, or the one table, unpacked under a name of our own and thrown away after reading."""
    def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Table:
        descriptor, path = tempfile.mkstemp(prefix="unzipped-", dir=paths.cache())
        try:
            with disk.said_if_full(origin.name), os.fdopen(descriptor, "wb") as target:
                for chunk in archives.chunks(archive, member, limits):
                    target.write(chunk)
            inner = Source(Path(path), member.filename)
            if inner.size and sniff(inner) == "zip":
                raise StudioError(f"{origin.name} holds another zip archive.", "Unpack it and upload the table inside.")
            return read(Path(path), member.filename, encoding=encoding, delimiter=delimiter, header=header, sheet=sheet, limits=limits)
        finally:
            Path(path).unlink(missing_ok=True)

    with archives.opened(origin, image_archives.for_images(limits)) as archive:
        if image_archives.holds_images(archive):
            return image_archives.read(archive, lambda member: read_member(archive, member))
        return read_member(archive, archives.single_member(archive, origin.name))
