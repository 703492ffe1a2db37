"""Answers become columns beside the rows they belong to."""

import pandas as pd

from studio.answer_table import Answered, Names, answer_frame, cells, joined

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


def test_columns_are_those_of_all_answers_wherever_they_were_first_seen():
    names = Names.of([Answered({"x": 1.0}), Answered(error="Text is missing."), Answered({"y": 0.5, "x": 0.2})])
    assert names.columns(["label"]) == {"label": "label (2)", "probability": "probability", "probability of x": "probability of x",
                                        "probability of y": "probability of y", "error": "error"}
    assert list(answer_frame([Answered({"y": 1.0})], names.columns()).columns) == ["label", "probability", "probability of x",
                                                                                   "probability of y", "error"]
