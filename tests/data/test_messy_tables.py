"""Real odd tables: each reads as was measured with the true encoding and delimiter, or is refused with a reason."""

import csv
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from engine import data
from engine.errors import StudioError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
REFUSED = {
    "messytables/simple.unknown": "is empty",
    "messytables/libreoffice.xlsx": "holds no rows",
    "messytables/encrypted_no_password.xls": "protected by a password",
}
WORKBOOKS = {
    "messytables/simple.xls": (6, ["date", "temperature", "place"], ["2011-01-01", "1", "Galway"]),
    "messytables/simple.xlsx": (6, ["date", "temperature", "place"], ["2011-01-01", "1", "Galway"]),
    "messytables/simple.zip": (6, ["date", "temperature", "place"], ["2011-01-01", "1", "Galway"]),
    "messytables/simple.ods": (3, ["Name", "Age", "When"], ["Bob", "20", "2010-10-10"]),
    "messytables/blank_line.ods": (3, ["Name", "Age", "When"], ["Bob", "20", "2010-10-10"]),
}


def expectations(folder: str) -> list[Any]:
    path = SHARED / folder / "EXPECT.csv"
    if not path.is_file():
        return [pytest.param({}, marks=pytest.mark.skip(reason=f"the real data sets are not here ({SHARED})"))]
    with open(path, encoding="utf-8", newline="") as file:
        return [pytest.param(row, id=row["file"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("expected", expectations("messy_csv"))
def test_every_odd_table_reads_as_was_measured_or_is_refused_with_a_reason(expected: dict[str, str]) -> None:
    path = SHARED / "messy_csv" / expected["file"]
    if reason := REFUSED.get(expected["file"]):
        with pytest.raises(StudioError, match=reason) as refusal:
            data.read(path, path.name)
        assert refusal.value.hint
        return
    table = data.read(path, path.name)
    if expected["csv_records_incl_header"]:
        assert table.facts.encoding == expected["encoding"]
        assert table.facts.delimiter == {"TAB": "\t"}.get(expected["delimiter"], expected["delimiter"])
        assert table.facts.records == int(expected["csv_records_incl_header"])
        assert " ".join(f"{width}x{count}" for width, count in table.facts.widths.items()) == expected["width_x_count"]
    if expected["file"] in WORKBOOKS:
        rows, names, first = WORKBOOKS[expected["file"]]
        assert (len(table.frame), list(table.frame.columns), list(table.frame.iloc[0])) == (rows, names, first)


@pytest.mark.parametrize("name", ["comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf",
                                  "quotes_and_newlines", "simple", "simple_crlf", "utf8"])
def test_the_csv_spectrum_gives_the_expected_cells_from_csv_and_from_json(shared_data: Path, name: str) -> None:
    folder = shared_data / "messy_csv" / "csv-spectrum"
    # The stored newlines_crlf.csv has lost its carriage returns, which its JSON still has.
    expected = json.loads((folder / f"{name}.json").read_text(encoding="utf-8").replace("\\r\\n", "\\n"))
    for ending in ("csv", "json"):
        table = data.read(folder / f"{name}.{ending}", f"{name}.{ending}")
        cells = [{key: cell.replace("\r\n", "\n") for key, cell in row.items()} for row in table.frame.fillna("").to_dict("records")]
        assert cells == expected


@pytest.mark.parametrize(
    ("file", "header", "first_name", "rows"),
    [("mixedGLB.csv", 4, "Year", 133), ("excel_pasting.csv", 4, "Year", 16), ("null.csv", None, "Column 1", 10),
     ("long.csv", None, "Column 1", 4000),
     ("simple.psv", 1, "Year", 28), ("characters.csv", 1, "id", 382), ("utf-16le_encoded.csv", 1, "Organisation_code", 327),
     ("weird_head_padding.csv", 12, "Column 1", 76)],
)
def test_titles_above_the_header_are_passed_over_and_said(shared_data: Path, file: str, header: int | None, first_name: str,
                                                          rows: int) -> None:
    table = data.read(shared_data / "messy_csv" / "messytables" / file, file)
    assert (table.facts.header_row, table.frame.columns[0], len(table.frame)) == (header, first_name, rows)
    assert (header is not None and header > 1) == any("above the table" in note for note in table.facts.notes)


def test_big5_text_is_chinese_and_not_mojibake(shared_data: Path) -> None:
    table = data.read(shared_data / "messy_csv" / "messytables" / "characters.csv", "characters.csv")
    assert table.frame.columns[2] == "景點中文名稱"


def test_rows_of_other_widths_are_kept_counted_and_numbered(shared_data: Path) -> None:
    table = data.read(shared_data / "messy_csv" / "messytables" / "complex.csv", "complex.csv")
    assert (table.facts.ragged, table.facts.ragged_count) == ((4,), 1)
    assert list(table.frame.columns)[:4] == ["date", "another date", "temperature", "place"]
    assert "Galway" in list(table.frame.loc[4])


def test_sms_spam_in_its_original_bytes_reads_whole(shared_data: Path) -> None:
    table = data.read(shared_data / "sms_spam" / "spam.csv", "spam.csv")
    assert (table.facts.encoding, table.facts.delimiter, len(table.frame)) == ("cp1252", ",", 5572)
    assert table.frame["v1"].value_counts().to_dict() == {"ham": 4825, "spam": 747}
    assert "£" in "".join(table.frame["v2"].head(200))


def test_german_news_without_header_in_single_quotes_reads_as_two_columns(shared_data: Path) -> None:
    table = data.read(shared_data / "gnad10_de" / "test.csv", "test.csv")
    assert (table.facts.delimiter, table.facts.quote, table.facts.header_row) == (";", "'", None)
    assert table.frame.shape == (1028, 2)
    assert table.frame["Column 1"].nunique() == 9


@pytest.mark.parametrize("expected", expectations("broken_inputs"))
def test_broken_and_hostile_files_are_refused_in_one_sentence_and_write_nothing(expected: dict[str, str], home: Path) -> None:
    path = SHARED / "broken_inputs" / expected["file"]
    with pytest.raises(StudioError) as refusal:
        data.read(path, path.name)
    assert refusal.value.message.endswith(".") and refusal.value.hint
    assert not (Path(tempfile.gettempdir()) / "evil.txt").exists()
    assert not list((home / "cache").glob("*")) if (home / "cache").exists() else True
