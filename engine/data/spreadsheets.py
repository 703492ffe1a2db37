"""Excel (xlsx, xls) and OpenDocument (ods) workbooks: one sheet becomes one table."""

import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from engine.data import archives
from engine.data.cells import shown
from engine.data.limits import Limits
from engine.data.sources import Source
from engine.data.tables import Facts, Table, TableBuilder, numbered
from engine.errors import StudioError
from engine.words import number, plural

_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_NO_RESULT = re.compile(rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<(?:\w+:)?v>\s*</(?:\w+:)?v>|<(?:\w+:)?v\s*/>|</(?:\w+:)?c>)")
_TAIL = 400


def read_workbook(source: Source, kind: str, *, sheet: str | int | None, header: bool | int | None, limits: Limits) -> Table:
    """The first sheet that holds anything, or the one asked for. Formulas give the results stored with them."""
    import python_calamine

    notes = _survey(source, kind, limits)
    try:
        with source.open() as stream, python_calamine.load_workbook(stream) as workbook:
            names = tuple(workbook.sheet_names)
            name = _choose(workbook, names, sheet, source.name)
            cells = workbook.get_sheet_by_name(name)
            builder = TableBuilder(header, limits)
            builder.notes.extend(notes)
            if len(names) > 1:
                builder.notes.append(f"Sheet {name!r} of {len(names)} read.")
            rows = numbered(_rows(cells), shown)
            table = builder.build(rows, Facts(kind, sheet=name, sheets=names))
    except python_calamine.PasswordError as error:
        raise StudioError(f"{source.name} is protected by a password.", "Save it without a password and upload that.") from error
    except python_calamine.CalamineError as error:
        problem = "is broken or protected by a password" if kind == "xls" else "is broken"
        raise StudioError(f"{source.name} cannot be read: the {kind} workbook {problem}.",
                          "Open it in a spreadsheet program and save it again, without a password.") from error
    if not len(table.frame):
        raise StudioError(f"{source.name} holds no rows in sheet {table.facts.sheet!r}.",
                          "Choose another sheet, or upload a table with a header and rows.")
    return table


def _rows(cells: Any) -> list[list[object]]:
    found: list[list[object]] = cells.to_python(skip_empty_area=False)
    return found


def _choose(workbook: Any, names: tuple[str, ...], sheet: str | int | None, file: str) -> str:
    listed = ", ".join(names[:10])
    if not names:
        raise StudioError(f"{file} has no sheets.", "Upload a workbook with a table in it.")
    if isinstance(sheet, int):
        if not 1 <= sheet <= len(names):
            raise StudioError(f"There is no sheet {sheet} in {file}.", f"It has: {listed}.")
        return names[sheet - 1]
    if sheet is not None:
        if sheet not in names:
            raise StudioError(f"There is no sheet {sheet!r} in {file}.", f"It has: {listed}.")
        return sheet
    filled = (name for name in names if workbook.get_sheet_by_name(name).height)
    return next(filled, names[0])


def _survey(source: Source, kind: str, limits: Limits) -> list[str]:
    """Unpack once for nothing but its size: what it unpacks to, how far its sheets reach, how many formulas it has.

    The reader makes room for every cell up to the last one, so one stray cell in the far corner could take all memory.
    """
    if kind == "xls":
        return []
    formulas = unsaved = 0
    with archives.opened(source, limits) as archive:
        for member in archive.infolist():
            sheet = kind == "xlsx" and re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename)
            if sheet:
                found, empty = _survey_sheet(archive, member, source.name, limits)
                formulas, unsaved = formulas + found, unsaved + empty
            elif kind == "ods" and member.filename == "content.xml":
                _OdsExtent(source.name, limits).measure(archives.chunks(archive, member, limits))
            else:
                for _ in archives.chunks(archive, member, limits):
                    pass
    notes = []
    if formulas:
        notes.append(f"{plural(formulas, 'formula')}: the results stored in the file are read.")
    if unsaved:
        notes.append(f"{plural(unsaved, 'formula')} without a stored result: read as empty, save the file in a spreadsheet program first.")
    return notes


def _survey_sheet(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, limits: Limits) -> tuple[int, int]:
    columns = rows = formulas = unsaved = 0
    tail = b""
    for chunk in archives.chunks(archive, member, limits):
        text = tail + chunk
        # Matches that end within the old tail were counted in the round before.
        old = len(tail)
        for match in _CELL.finditer(text):
            columns, rows = max(columns, len(match[1]) * 100_000 + _column(match[1])), max(rows, int(match[2]))
        formulas += sum(match.end() > old for match in _FORMULA.finditer(text))
        unsaved += sum(match.end() > old for match in _NO_RESULT.finditer(text))
        tail = text[-_TAIL:]
    _check_extent(rows, columns % 100_000, name, limits)
    return formulas, unsaved


def _column(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value


def _check_extent(rows: int, columns: int, name: str, limits: Limits) -> None:
    if rows * columns > limits.cells:
        raise StudioError(f"{name} reaches over {number(rows)} rows and {number(columns)} columns.",
                          "There may be a stray cell far away from the table: delete the empty rows and columns, or save as CSV.")


class _OdsExtent:
    """How far the filled cells of an OpenDocument sheet reach, counting cells and rows that are declared as repeated."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        self.row = self.last_row = self.column = self.width = self.repeat = 0
        self.filled = False

    def measure(self, content: Iterator[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._refuse
        try:
            for chunk in content:
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise StudioError(f"{self.name} is a broken ods workbook.", "Open it in a spreadsheet program and save it again.") from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self.row = self.last_row = self.width = 0
        elif tag == "table:table-row":
            self.column, self.filled = 0, False
            self.repeat = int(attributes.get("table:number-rows-repeated", "1"))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.column += int(attributes.get("table:number-columns-repeated", "1"))
            if "office:value-type" in attributes:
                self.filled, self.width = True, max(self.width, self.column)

    def _end(self, tag: str) -> None:
        if tag == "table:table-row":
            self.row += self.repeat
            if self.filled:
                self.last_row = self.row
                _check_extent(self.last_row, self.width, self.name, self.limits)

    def _refuse(self, *declaration: object) -> None:
        raise StudioError(f"{self.name} declares XML entities, which no spreadsheet program writes.",
                          "Save it again in a spreadsheet program.")
