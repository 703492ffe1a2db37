import datetime
import io
import zipfile

import openpyxl
import pytest

from engine import data
from engine.errors import StudioError


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_cell(cell: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["text", "label"])
    book.active.append(["hello there", "greeting"])
    book.active[cell] = "stray"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_numbers_dates_and_truth_are_text_as_a_sheet_shows_them() -> None:
    content = workbook(("Orders", [["text", "count", "share", "day", "at", "paid"],
                                   ["hello", 20, 0.1 + 0.2, datetime.date(2024, 5, 1), datetime.datetime(2024, 5, 1, 9, 30), True]]))
    table = data.read(content, "orders.xlsx")
    assert list(table.frame.iloc[0]) == ["hello", "20", "0.3", "2024-05-01", "2024-05-01 09:30:00", "true"]
    assert (table.facts.format, table.facts.sheet, table.facts.header_row) == ("xlsx", "Orders", 1)


def test_the_first_sheet_with_rows_is_taken_and_another_can_be_chosen() -> None:
    content = workbook(("Empty", []), ("Data", [["text", "label"], ["one word", "a"]]),
                       ("More", [["text", "label"], ["two", "b"], ["three", "c"]]))
    table = data.read(content, "x.xlsx")
    assert (table.facts.sheet, table.facts.sheets, len(table.frame)) == ("Data", ("Empty", "Data", "More"), 1)
    assert len(data.read(content, "x.xlsx", sheet="More").frame) == len(data.read(content, "x.xlsx", sheet=3).frame) == 2
    for wrong in ("Nowhere", 7):
        with pytest.raises(StudioError, match="no sheet") as refusal:
            data.read(content, "x.xlsx", sheet=wrong)
        assert "Empty, Data, More" in refusal.value.hint


def test_title_rows_are_passed_over_and_row_numbers_are_the_sheets_own() -> None:
    rows: list[list[object]] = [["Report of May"], [], ["text", "label", "count"], ["one word", "a", 1], [], ["two words", "b", 2]]
    table = data.read(workbook(("S", rows)), "x.xlsx")
    assert (table.facts.header_row, list(table.frame.columns), list(table.frame.index)) == (3, ["text", "label", "count"], [4, 6])


def test_formulas_without_a_stored_result_are_empty_and_said() -> None:
    table = data.read(workbook(("S", [["text", "sum"], ["one word", "=1+1"], ["two words", "=2+2"]])), "x.xlsx")
    assert table.frame["sum"].isna().all()
    assert any("2 formulas without a stored result" in note for note in table.facts.notes)


def test_one_stray_cell_in_the_far_corner_is_refused_before_it_takes_all_memory() -> None:
    with pytest.raises(StudioError, match="1,048,576 rows and 16,384 columns") as refusal:
        data.read(with_cell("XFD1048576"), "x.xlsx")
    assert "stray cell" in refusal.value.hint


def test_repeated_cells_of_an_ods_sheet_are_counted_before_it_is_read() -> None:
    content = ('<office:document-content xmlns:office="o" xmlns:table="t"><table:table>'
               '<table:table-row table:number-rows-repeated="1048576">'
               '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"/></table:table-row></table:table>'
               '</office:document-content>')
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    with pytest.raises(StudioError, match="1,048,576 rows"):
        data.read(file.getvalue(), "x.ods")


def test_an_ods_that_declares_entities_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", '<!DOCTYPE a [<!ENTITY b "many">]><a>&b;</a>')
    with pytest.raises(StudioError, match="entities"):
        data.read(file.getvalue(), "x.ods")


def test_a_cut_workbook_and_one_with_a_broken_sheet_are_refused() -> None:
    whole = workbook(("S", [["text", "label"], ["one", "a"]]))
    with pytest.raises(StudioError, match="broken"):
        data.read(whole[: len(whole) // 2], "x.xlsx")
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(file, "w") as new:
        for member in old.infolist():
            new.writestr(member.filename, b"<nonsense" if "sheet1" in member.filename else old.read(member))
    with pytest.raises(StudioError):
        data.read(file.getvalue(), "x.xlsx")


def test_a_word_document_is_named() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    with pytest.raises(StudioError, match="Office document"):
        data.read(file.getvalue(), "table.xlsx")
