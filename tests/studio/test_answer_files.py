"""The files that carry rows with their answers: whole, safe to open in a spreadsheet, and written in parts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from engine.errors import StudioError
from studio import answer_files
from studio.answer_files import KINDS, Answers, quoted
from studio.answer_table import Answered


def made(path: Path, kind: str, rows: pd.DataFrame, answered: list[Answered], items: Any = tuple) -> Path:
    KINDS[kind].write(path / f"answers.{kind}", Answers(rows, lambda: iter(answered), len(answered), items))
    return path / f"answers.{kind}"


@pytest.fixture(params=[2, 5000], ids=["parts of two rows", "one part"])
def part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Whatever is written looks the same in parts and at once."""
    monkeypatch.setattr(answer_files, "PART", request.param)
    return int(request.param)


@pytest.mark.parametrize("value", ["=1+1", "+1+A2", "-1-cmd", "-", "+49 170 1234", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(value: str):
    assert quoted(value) == f"'{value}"


@pytest.mark.parametrize("value", ["plain", "", -1, -0.5, None, "-12.50", "+3", "-1,5", "-2e-3", "+5%"])
def test_other_cells_stay_as_they_are(value: object):
    assert quoted(value) == value


def test_csv_holds_accents_line_breaks_and_quoted_formulas(tmp_path: Path, part: int):
    rows = pd.DataFrame({"=header": ["=cmd|' /C calc'!A0", "two\nlines", "Straße"]})
    path = made(tmp_path, "csv", rows, [Answered("=1+1"), Answered(error="Too long."), Answered("b")])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") and path.read_bytes().count(b"\xef\xbb\xbf") == 1
    back = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)
    assert list(back.columns) == ["'=header", "answer", "error"]
    assert list(back["'=header"]) == ["'=cmd|' /C calc'!A0", "two\nlines", "Straße"]
    assert list(back["answer"]) == ["'=1+1", "", "b"] and list(back["error"]) == ["", "Too long.", ""]


def test_a_label_that_comes_late_has_its_column_in_every_part(tmp_path: Path, part: int):
    rows = pd.DataFrame({"text": list("abcde")})
    answered = [Answered({"x": 1.0}) for _ in range(4)] + [Answered({"y": 0.75, "x": 0.25})]
    back = pd.read_csv(made(tmp_path, "csv", rows, answered), encoding="utf-8-sig")
    assert list(back["label"]) == ["x", "x", "x", "x", "y"]
    assert list(back["probability of y"].fillna(-1)) == [-1, -1, -1, -1, 0.75]


def test_excel_keeps_a_formula_as_the_text_it_was_and_numbers_as_numbers(tmp_path: Path, part: int):
    rows = pd.DataFrame({"text": ["=1+1", "bell\x07", "c"]})
    sheet = load_workbook(made(tmp_path, "xlsx", rows, [Answered({"a": 0.5}), Answered(error="No."), Answered({"a": 1.0})])).active
    assert sheet["A2"].value == "=1+1" and sheet["A2"].data_type == "s"
    assert sheet["A3"].value == "bell"
    assert sheet["C2"].value == 0.5 and sheet["C3"].value is None and sheet["E3"].value == "No."


def test_excel_holds_columns_of_numbers_as_numbers_and_ids_as_texts(tmp_path: Path, part: int):
    rows = pd.DataFrame({"balance": ["-12.50", None, "3"], "id": ["007", "8", "9"], "long": ["12345678901234567", "1", "2"]})
    sheet = load_workbook(made(tmp_path, "xlsx", rows, [Answered("x"), Answered("y"), Answered("z")])).active
    assert [cell.value for cell in sheet["A"]] == ["balance", -12.5, None, 3]
    assert [cell.value for cell in sheet["B"]] == ["id", "007", "8", "9"] and sheet["C2"].value == "12345678901234567"


def test_a_place_is_a_whole_number_in_every_part(tmp_path: Path, part: int):
    rows = pd.DataFrame({"text": list("abc")})
    answered = [Answered("x", details={"start": 3}), Answered(error="No."), Answered("y", details={"start": 12})]
    lines = made(tmp_path, "csv", rows, answered).read_text("utf-8-sig").splitlines()
    assert [line.split(",")[2] for line in lines] == ["start", "3", "", "12"]
    sheet = load_workbook(made(tmp_path, "xlsx", rows, answered)).active
    assert [cell.value for cell in sheet["C"]] == ["start", 3, None, 12]


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answer_files, "SHEET_ROWS", 1)
    with pytest.raises(StudioError, match="holds 1 rows, this file has 2"):
        made(tmp_path, "xlsx", pd.DataFrame({"text": ["a", "b"]}), [Answered("x"), Answered("y")])


def test_json_lines_keep_their_values_and_no_key_is_overwritten(tmp_path: Path, part: int) -> None:
    def items() -> Iterator[dict[str, Any] | None]:
        yield from ({"id": 7, "tags": ["a"], "label": "theirs"}, {"id": 8}, None)

    rows = pd.DataFrame({"id": ["7", "8", "9"], "note": [None, None, "n"], "label": ["theirs", None, None]})
    answered = [Answered({"x": 0.9, "y": 0.1}), Answered(error="The text is missing."), Answered({"x": 1.0})]
    path = made(tmp_path, "jsonl", rows, answered, items)
    first, second, third = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert first == {"id": 7, "tags": ["a"], "label": "theirs", "label (2)": "x", "probability": 0.9, "probability of x": 0.9,
                     "probability of y": 0.1, "error": None}
    assert (second["id"], second["label (2)"], second["error"]) == (8, None, "The text is missing.") and "label" not in second
    assert (third["id"], third["note"], third["label (2)"]) == ("9", "n", "x") and "label" not in third


def test_vectors_keep_every_bit_and_a_row_that_failed_has_none(tmp_path: Path, part: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    rows = pd.DataFrame({"text": ["a", None, "c"], "vector": ["theirs", "x", "y"]})
    answered = [Answered(vectors[0].tolist()), Answered(error="The text is missing."), Answered(vectors[2].tolist())]
    back = np.load(made(tmp_path, "npy", rows, answered), allow_pickle=False)
    assert back.dtype == np.float32 and np.isnan(back[1]).all()
    assert (back[[0, 2]] == vectors[[0, 2]]).all()
    table = pd.read_parquet(made(tmp_path, "parquet", rows, answered))
    assert list(table.columns) == ["text", "vector", "vector (2)", "error"]
    assert (np.stack(table["vector (2)"][[0, 2]]) == vectors[[0, 2]]).all() and table["vector (2)"][1] is None
    assert list(table["error"].fillna("")) == ["", "The text is missing.", ""]
