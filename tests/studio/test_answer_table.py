"""Answers become columns, and the files that carry them are safe to open in a spreadsheet."""

import io
import json

import pandas as pd
import pytest
from openpyxl import load_workbook

from studio.answer_table import Answered, answer_frame, cells, joined, quoted, to_csv, to_jsonl, to_xlsx

ROWS = pd.DataFrame({"text": ["a", "b"], "label": ["x", None]}, index=[2, 3])


def test_probabilities_become_the_best_label_its_share_and_a_column_for_each_label():
    assert cells({"refund": 0.9, "praise": 0.1}) == {
        "label": "refund", "probability": 0.9, "probability of refund": 0.9, "probability of praise": 0.1}


def test_a_text_becomes_one_column_and_a_vector_one_for_each_number():
    assert cells("Liverpool") == {"answer": "Liverpool"}
    assert cells([0.5, 0.25]) == {"number 1": 0.5, "number 2": 0.25}
    assert cells(["one", "two"]) == {"answer 1": "one", "answer 2": "two"}


def test_many_labels_are_not_given_a_column_each():
    frame = answer_frame([Answered({f"label {number}": 0.01 for number in range(77)})])
    assert list(frame.columns) == ["label", "probability"]


def test_a_failed_row_carries_its_error_and_the_others_none():
    frame = answer_frame([Answered({"x": 1.0}), Answered(error="Text is missing.")])
    assert pd.isna(frame["error"][0]) and frame["error"][1] == "Text is missing."
    assert frame["label"][0] == "x" and pd.isna(frame["label"][1])


def test_without_a_failed_row_there_is_no_error_column():
    assert "error" not in answer_frame([Answered("x")]).columns


def test_no_column_of_the_users_is_overwritten():
    table = joined(ROWS, [Answered({"x": 0.75, "y": 0.25}), Answered({"x": 0.1, "y": 0.9})])
    assert list(table.columns)[:4] == ["text", "label", "label (2)", "probability"]
    assert list(table["label (2)"]) == ["x", "y"]


def test_only_answered_rows_are_in_the_table():
    assert len(joined(ROWS, [Answered("first")])) == 1


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(value: str):
    assert quoted(value) == f"'{value}"


@pytest.mark.parametrize("value", ["plain", "", -1, -0.5, None])
def test_other_cells_stay_as_they_are(value: object):
    assert quoted(value) == value


def test_csv_holds_accents_line_breaks_and_quoted_formulas():
    frame = pd.DataFrame({"=header": ["=cmd|' /C calc'!A0", "two\nlines", "Straße"]})
    content = to_csv(frame)
    assert content.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    assert list(back.columns) == ["'=header"]
    assert list(back["'=header"]) == ["'=cmd|' /C calc'!A0", "two\nlines", "Straße"]


def test_excel_keeps_a_formula_as_the_text_it_was_and_numbers_as_numbers():
    frame = pd.DataFrame({"text": ["=1+1", "bell\x07"], "probability": [0.5, None]})
    sheet = load_workbook(io.BytesIO(to_xlsx(frame))).active
    assert sheet["A2"].value == "=1+1" and sheet["A2"].data_type == "s"
    assert sheet["A3"].value == "bell"
    assert sheet["B2"].value == 0.5 and sheet["B3"].value is None


def test_json_lines_keep_their_values_and_no_key_is_overwritten() -> None:
    items = [{"id": 7, "tags": ["a"], "label": "theirs"}, {"id": 8}]
    lines = to_jsonl(items, [Answered({"x": 0.9, "y": 0.1}), Answered(error="The text is missing.")]).decode().splitlines()
    first, second = map(json.loads, lines)
    assert first == {"id": 7, "tags": ["a"], "label": "theirs", "label (2)": "x", "probability": 0.9, "probability of x": 0.9,
                     "probability of y": 0.1, "error": None}
    assert (second["id"], second["label"], second["error"]) == (8, None, "The text is missing.")
