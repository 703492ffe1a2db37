"""The files that carry rows with their answers, written to disk in parts, so that memory does not grow with the rows. No Streamlit here."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from engine.errors import StudioError
from studio.answer_table import Answered, Names, free, joined, records

PART = 5000  # rows that are held at once
SHEET_ROWS = 1_048_575  # rows below the header of an Excel sheet
SHEET_CELL = 32_767  # characters of an Excel cell
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*([eE][+-]?\d+)?%?")  # which no spreadsheet runs
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,14})?")  # which a sheet holds as it stands: no zeros before it, no more digits


@dataclass(frozen=True)
class Answers:
    """rows: the user's table. answers(): all answers from the first row on, in order; they are read more than once. items(): the rows as
    the file held them, where that says more than a table of texts. report(share): how far it is, from 0 to 1. failed: whether there may be
    rows without an answer."""

    rows: pd.DataFrame
    answers: Callable[[], Iterator[Answered]]
    done: int
    items: Callable[[], Iterable[Mapping[str, Any] | None]] = tuple
    report: Callable[[float], None] = lambda share: None
    failed: bool = True

    def parts(self) -> Iterator[tuple[pd.DataFrame, list[Answered]]]:
        """PART rows with their answers at a time."""
        start, answers = 0, self.answers()
        while part := list(islice(answers, PART)):
            yield self.rows.iloc[start:start + len(part)], part
            start += len(part)
            self.report(min(1.0, start / max(self.done, 1)))

    def columns(self, taken: Iterable[str] = ()) -> dict[str, str]:
        return Names.of(self.answers()).columns(taken)

    def tables(self) -> Iterator[pd.DataFrame]:
        """The parts as tables with the same columns each."""
        columns = self.columns(map(str, self.rows.columns))
        for rows, answered in self.parts():
            yield joined(rows, answered, columns)


def quoted(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets a quote before it (OWASP: CSV injection); a number is none."""
    runs = isinstance(value, str) and value.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(value)
    return f"'{value}" if runs else value


def write_csv(path: Path, answers: Answers) -> None:
    """UTF-8 with a byte order mark, so that Excel reads accents; formulas are quoted."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        for number, table in enumerate(answers.tables()):
            safe = table.map(quoted)
            safe.columns = [quoted(str(name)) for name in table.columns]
            safe.to_csv(file, index=False, header=number == 0, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")


def write_jsonl(path: Path, answers: Answers) -> None:
    """Each item as it came, with its answer's named cells behind its own; no key of the user's is overwritten."""
    columns, items = answers.columns(map(str, answers.rows.columns)), iter(answers.items())
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        for rows, answered in answers.parts():
            for row, cells in zip(rows.to_dict("records"), records(answered), strict=True):
                item = next(items, None) or {str(name): cell for name, cell in row.items() if isinstance(cell, str)}
                file.write(_line(item, cells, columns))


def _line(item: Mapping[str, Any], cells: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    """columns: {cell: its name in every line}; an item that holds something else by that name keeps it."""
    taken = set(map(str, item))
    return json.dumps({**item, **{free(shown, taken): cells.get(name) for name, shown in columns.items()}}, ensure_ascii=False) + "\n"


def write_parquet(path: Path, answers: Answers) -> None:
    """The user's columns, and the vectors as one column of lists of float32; a row that failed has none, and says why."""
    import pyarrow
    import pyarrow.parquet

    names = [str(name) for name in answers.rows.columns]
    taken = set(names)
    vector, error = free("vector", taken), free("error", taken)
    texts = [pyarrow.field(name, pyarrow.large_string()) for name in names]
    schema = pyarrow.schema([*texts, pyarrow.field(vector, pyarrow.list_(pyarrow.float32())),
                             *([pyarrow.field(error, pyarrow.string())] if answers.failed else [])])
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as file:
        for rows, answered in answers.parts():
            columns = [pyarrow.array(rows.iloc[:, place], type=pyarrow.large_string(), from_pandas=True) for place in range(len(names))]
            columns.append(pyarrow.array([item.answer for item in answered], type=schema.field(vector).type))
            if answers.failed:
                columns.append(pyarrow.array([item.error for item in answered], type=schema.field(error).type))
            file.write_table(pyarrow.table(columns, schema=schema))


def write_npy(path: Path, answers: Answers) -> None:
    """A matrix of float32, a line for each row of the file in its order; a row that failed is all NaN."""
    import numpy as np

    width = next((len(item.answer) for item in answers.answers() if item.error is None), 0)
    nothing = [float("nan")] * width
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (answers.done, width)})
        for _, answered in answers.parts():
            file.write(np.asarray([nothing if item.error is not None else item.answer for item in answered], dtype="<f4").tobytes())


def write_xlsx(path: Path, answers: Answers) -> None:
    """An Excel sheet in which every text stays a text, and columns of numbers are numbers. Refuses more rows than a sheet has."""
    if answers.done > SHEET_ROWS:
        raise StudioError(f"An Excel sheet holds {SHEET_ROWS:,} rows, this file has {answers.done:,}.", "Download it as CSV.")
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Answers")
    numeric = {place for place in range(answers.rows.shape[1]) if _holds_numbers(answers.rows.iloc[:, place])}
    for number, table in enumerate(answers.tables()):
        if number == 0:
            sheet.append([_sheet_cell(sheet, str(name)) for name in table.columns])
        for row in table.itertuples(index=False, name=None):
            sheet.append([_sheet_cell(sheet, _number(value) if place in numeric else value) for place, value in enumerate(row)])
    book.save(path)


def _holds_numbers(column: "pd.Series[Any]") -> bool:
    """Whether all cells of a column that are not empty are numbers; then none is an id with zeros before it, say."""
    return all(isinstance(cell, str) and _PLAIN_NUMBER.fullmatch(cell) for cell in column if cell is not None and cell == cell) \
        and bool(column.notna().any())


def _number(cell: Any) -> Any:
    return cell if not isinstance(cell, str) else float(cell) if "." in cell else int(cell)


def _sheet_cell(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    if not isinstance(value, str):
        value = value.item() if hasattr(value, "item") else value  # a number of numpy's
        return value if isinstance(value, int | float | bool) else str(value)
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value)[:SHEET_CELL])
    cell.data_type = "s"  # openpyxl would take a leading = for a formula
    return cell


@dataclass(frozen=True)
class Kind:
    """A kind of file: how it is called, its media type, what writes it, and how many bytes of kept answers it writes in about a second."""

    label: str
    mime: str
    write: Callable[[Path, Answers], None]
    per_second: int = 8_000_000


KINDS = {
    "csv": Kind("CSV", "text/csv", write_csv),
    "jsonl": Kind("JSON lines", "application/jsonl", write_jsonl),
    "xlsx": Kind("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx, 1_500_000),
    "parquet": Kind("Parquet", "application/vnd.apache.parquet", write_parquet),
    "npy": Kind("NPY", "application/octet-stream", write_npy),
}
