"""A table in memory: cells as text, and the facts that a person needs to trust how it was read."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.data.headers import first_record, guess_header, unique_names, usual_width
from engine.data.limits import LIMITS, Limits
from engine.errors import StudioError
from engine.words import number, plural

if TYPE_CHECKING:
    import pandas
    import pyarrow

KEPT_NUMBERS = 1_000
_AHEAD = 200
_CELLS_AT_ONCE = 500_000
_EXTRA_COLUMNS = 50


@dataclass(frozen=True)
class Facts:
    """How a table was read. Numbers of rows are those a spreadsheet or an editor shows: the first record of the file is 1.

    records: all records, header and blank ones included. widths: {cells in a record: records}. ragged: the first 1,000 numbers.
    """

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int | None = None
    records: int = 0
    widths: dict[int, int] = field(default_factory=dict)
    ragged: tuple[int, ...] = ()
    ragged_count: int = 0
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Facts":
        """Back from JSON, which has no tuples and no whole numbers as keys."""
        lists = {name: tuple(values[name]) for name in ("ragged", "sheets", "notes")}
        return cls(**{**values, **lists, "widths": {int(width): count for width, count in values["widths"].items()}})


@dataclass(frozen=True)
class Table:
    """frame: text cells, missing where a cell is empty, indexed by row number. facts: how it was read."""

    frame: "pandas.DataFrame"
    facts: Facts


class TableBuilder:
    """Turns records of text cells into a table, a slice at a time, so that memory stays near the size of the text."""

    def __init__(self, header: bool | int | None, limits: Limits = LIMITS) -> None:
        self.header = header
        self.limits = limits
        self.header_row: int | None = None
        self.width = 1
        self.records = 0
        self.rows = 0
        self.widths: Counter[int] = Counter()
        self.blank = 0
        self.ragged: list[int] = []
        self.ragged_count = 0
        self.joined = 0
        self.notes: list[str] = []
        self._columns: list[list[pyarrow.Array]] = []
        self._numbers: list[Any] = []

    def build(self, records: Iterable[list[str]], facts: Facts) -> Table:
        """All records to one table. Titles above the header are left out and said."""
        stream = iter(records)
        ahead = list(islice(stream, _AHEAD))
        start = self._place_header(ahead)
        names = ahead[self.header_row - 1] if self.header_row is not None else []
        for row in ahead[:start]:
            self.widths[len(row)] += 1
        self.records = start
        body = ahead[start:]
        self.width = len(names) if self.header_row is not None else usual_width(body)
        self.width = max(1, self.width)
        self._check_columns(max((len(row) for row in ahead), default=0))
        self._add(body)
        while chunk := list(islice(stream, max(1, _CELLS_AT_ONCE // max(self.width, 20)))):
            self._add(chunk)
        return self._finish(names, facts)

    def _place_header(self, ahead: list[list[str]]) -> int:
        """Sets header_row; gives the number of records before the first data record."""
        if isinstance(self.header, bool) or self.header is None:
            index = None if self.header is False else guess_header(ahead)
            if self.header is True and index is None:
                index = first_record(ahead) if ahead else None
        else:
            if not 1 <= self.header <= len(ahead):
                raise StudioError(f"There is no row {self.header} that could be the header.", f"Give a row from 1 to {len(ahead)}.")
            index = self.header - 1
        self.header_row = None if index is None else index + 1
        start = first_record(ahead) if index is None else index + 1
        titles = sum(any(cell.strip() for cell in row) for row in ahead[: start if index is None else index])
        if titles:
            self.notes.append(f"{plural(titles, 'row')} above the table left out (titles or notes).")
        return start

    def _check_columns(self, width: int) -> None:
        if width > self.limits.columns:
            raise StudioError(f"The table has {number(width)} columns; at most {number(self.limits.columns)} can be read.",
                              "Check the delimiter, or keep only the columns that you need.")

    def _add(self, rows: list[list[str]]) -> None:
        import numpy

        first = self.records + 1
        lengths = list(map(len, rows))
        self.records += len(rows)
        self.widths.update(lengths)
        numbers = numpy.arange(first, first + len(rows))
        filled = [any(map(str.strip, row)) for row in rows]
        if not all(filled):
            keep = [index for index, full in enumerate(filled) if full]
            self.blank += len(rows) - len(keep)
            rows, lengths, numbers = [rows[index] for index in keep], [lengths[index] for index in keep], numbers[keep]
        if rows:
            if min(lengths) != self.width or max(lengths) != self.width:
                rows = self._even(rows, lengths, numbers)
            self._store(rows, numbers)

    def _even(self, rows: list[list[str]], lengths: list[int], numbers: Any) -> list[list[str]]:
        """Rows of one width: short ones padded, cells beyond the last extra column joined into it."""
        uneven = [index for index, length in enumerate(lengths) if length != self.width]
        self.ragged_count += len(uneven)
        self.ragged.extend(int(numbers[index]) for index in uneven[: max(0, KEPT_NUMBERS - len(self.ragged))])
        widest = self.width + _EXTRA_COLUMNS
        for index in [index for index in uneven if lengths[index] > widest]:
            self.joined += 1
            rows[index] = [*rows[index][: widest - 1], " ".join(rows[index][widest - 1:])]
        target = max(self.width, len(self._columns), max(map(len, rows)))
        return [row if len(row) == target else row + [""] * (target - len(row)) for row in rows]

    def _store(self, rows: list[list[str]], numbers: Any) -> None:
        import pyarrow
        import pyarrow.compute as compute

        columns = [pyarrow.array(cells, type=pyarrow.large_string()) for cells in zip(*rows, strict=True)]
        if (self.rows + len(rows)) * max(len(columns), len(self._columns)) > self.limits.cells:
            raise StudioError(f"The table has more than {number(self.limits.cells)} cells.",
                              "Keep only the columns and rows that you need.")
        empty = pyarrow.scalar(None, type=pyarrow.large_string())
        while len(self._columns) < len(columns):
            self._columns.append([pyarrow.nulls(self.rows, type=pyarrow.large_string())] if self.rows else [])
        for position, column in enumerate(self._columns):
            if position < len(columns):
                cells = columns[position]
                column.append(compute.if_else(compute.equal(cells, ""), empty, cells))
            else:
                column.append(pyarrow.nulls(len(rows), type=pyarrow.large_string()))
        self.rows += len(rows)
        self._numbers.append(numbers)

    def _finish(self, names: list[str], facts: Facts) -> Table:
        import numpy
        import pandas
        import pyarrow

        width = max(len(self._columns), len(names) if self.header_row is not None else 0)
        titles = unique_names(names, width)
        while len(self._columns) < width:
            self._columns.append([pyarrow.nulls(self.rows, type=pyarrow.large_string())])
        kept = [position for position, column in enumerate(self._columns) if self._wanted(names, position, column)]
        if dropped := width - len(kept):
            self.notes.append(f"{plural(dropped, 'column')} without a name and without a value left out.")
        numbers = numpy.concatenate(self._numbers) if self._numbers else numpy.arange(0)
        frame = self._arrow(kept).to_pandas()
        frame.columns = pandas.Index([titles[position] for position in kept], dtype="object")
        frame.index = pandas.Index(numbers, name="row")
        return Table(frame, self._facts(facts))

    def _wanted(self, names: list[str], position: int, column: list["pyarrow.Array"]) -> bool:
        named = position < len(names) and names[position].strip()
        return bool(named) or any(part.null_count < len(part) for part in column)

    def append(self, rows: list[list[str]], width: int) -> None:
        """More rows of a table that names its own columns; shorter rows are padded to the width so far."""
        self.width = max(1, width)
        self._check_columns(self.width)
        self._store([row + [""] * (self.width - len(row)) for row in rows], None)

    def frame(self, names: list[str]) -> "pandas.DataFrame":
        """What was appended, under these names."""
        return self.named(self._arrow().to_pandas(), names)

    def named(self, frame: "pandas.DataFrame", names: list[str]) -> "pandas.DataFrame":
        """The frame with clean and unique names."""
        import pandas

        frame.columns = pandas.Index(unique_names(names, frame.shape[1]), dtype="object")
        return frame

    def facts_of(self, facts: Facts, records: int) -> Facts:
        """Facts of a table that has no header record."""
        return dataclasses.replace(facts, records=records, widths={self.width: records}, notes=(*facts.notes, *self.notes))

    def _arrow(self, kept: list[int] | None = None) -> "pyarrow.Table":
        import pyarrow

        chosen = range(len(self._columns)) if kept is None else kept
        return pyarrow.table([pyarrow.chunked_array(self._columns[position], type=pyarrow.large_string()) for position in chosen],
                             names=[str(position) for position in chosen])

    def _facts(self, facts: Facts) -> Facts:
        if self.blank:
            self.notes.append(f"{plural(self.blank, 'blank row')} left out.")
        if self.ragged_count:
            others = "most" if self.header_row is None else "the header"
            uneven = plural(self.ragged_count, "row")
            self.notes.append(f"{uneven} with more or fewer cells than {others}: kept, extra cells in extra columns.")
        if self.joined:
            self.notes.append(f"{plural(self.joined, 'very wide row')}: the cells beyond the last extra column stand together in it.")
        return dataclasses.replace(facts, header_row=self.header_row, records=self.records, widths=dict(sorted(self.widths.items())),
                                   ragged=tuple(self.ragged), ragged_count=self.ragged_count, notes=(*facts.notes, *self.notes))


def numbered(rows: Iterable[list[Any]], show: Any) -> Iterator[list[str]]:
    """Rows of any values as rows of text."""
    for row in rows:
        yield [show(value) for value in row]
