"""Text tables (CSV and its kin): encoding, delimiter and quotes are found, then the file is read once, record by record."""

import csv
import threading
from collections.abc import Iterator
from typing import TextIO

from engine.data import delimiters, encodings
from engine.data.limits import Limits
from engine.data.sources import CHUNK, Source
from engine.data.tables import Facts, Table, TableBuilder
from engine.errors import StudioError
from engine.words import size

_SAMPLE = 200_000
# csv's limit of a cell's length is one number for the whole process.
_FIELD_LIMIT = threading.Lock()


def read_delimited(source: Source, *, encoding: str | None, delimiter: str | None, header: bool | int | None, limits: Limits) -> Table:
    """StudioError: no text, one endless line, an encoding that does not fit."""
    _check_lines(source, limits)
    found = encodings.Encoding(encodings.check_encoding(encoding), given=True) if encoding else encodings.detect(source)
    sign = delimiters.check_delimiter(delimiter) if delimiter else None
    _allow_long_cells(limits.cell)
    try:
        dialect = delimiters.detect(_sample(source, found), sign)
        builder = TableBuilder(header, limits)
        if found.damaged:
            builder.notes.append("Some letters do not fit the encoding and are shown as �.")
        if found.nuls:
            builder.notes.append("Zero bytes, which no text has, left out.")
        with found.open(source) as text:
            records = _Records(text, dialect, found.nuls)
            one_column = dialect.delimiter == delimiters.NO_SIGN and sign is None
            facts = Facts("csv", encoding=found.name, delimiter=None if one_column else dialect.delimiter, quote=dialect.quote)
            table = builder.build(records, facts)
    except UnicodeError as error:
        raise StudioError(f"{source.name} cannot be read as {found.name}.", "Choose another encoding, or let it be found.") from error
    except csv.Error as error:
        raise StudioError(f"{source.name} holds a cell of more than {size(limits.cell)} ({error}).",
                          "A quotation mark may be missing; check the delimiter and the quotes.") from error
    if not len(table.frame) and not len(table.frame.columns):
        raise StudioError(f"{source.name} holds no rows.", "Upload a file that holds at least a header and one row.")
    return table


class _Records:
    """The records of an open text; zero bytes, which no cell needs, are left out."""

    def __init__(self, text: TextIO, dialect: delimiters.Dialect, nuls: bool) -> None:
        lines = (line.replace("\0", "") for line in text) if nuls else text
        self._records = dialect.reader(lines)

    def __iter__(self) -> Iterator[list[str]]:
        return iter(self._records)


def _allow_long_cells(limit: int) -> None:
    with _FIELD_LIMIT:
        csv.field_size_limit(limit)


def _sample(source: Source, encoding: encodings.Encoding) -> str:
    """The beginning of the text, cut after its last whole line."""
    with encoding.open(source) as text:
        sample = text.read(_SAMPLE)
        if len(sample) == _SAMPLE:
            end = max(sample.rfind("\n"), sample.rfind("\r"))
            sample = sample[: end + 1] if end > 0 else sample
    return sample.replace("\0", "")


def _check_lines(source: Source, limits: Limits) -> None:
    """Refuse what has no line ends for so long that it would be held in memory as one line."""
    since = 0
    with source.open() as stream:
        while chunk := stream.read(CHUNK):
            end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            since = len(chunk) - end - 1 if end >= 0 else since + len(chunk)
            if since > 2 * limits.cell:
                raise StudioError(f"{source.name} holds a line of more than {size(2 * limits.cell)}.",
                                  "A table has one record a line; check the file.")
