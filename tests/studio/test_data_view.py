"""How data is spoken of."""

import pandas as pd

from engine.data import Facts
from studio.data_view import LEAST_WIDTH, MOST_WIDTH, facts_line, row_numbers, widths


def test_row_numbers_are_listed_and_cut():
    assert row_numbers([4]) == "Row 4"
    assert row_numbers([4, 1700]) == "Rows 4, 1,700"
    assert row_numbers(range(1, 100), most=3) == "Rows 1, 2, 3 and more"
    assert row_numbers([]) == ""


def test_how_a_file_was_read_is_one_line():
    facts = Facts("csv", "cp1252", ";", header_row=3)
    assert facts_line(facts, 9421, 2) == "csv · cp1252 · semicolon between cells · 9,421 rows · 2 columns · header in row 3"


def test_a_table_without_a_header_says_so():
    assert facts_line(Facts("parquet"), 1, 1).endswith("1 row · 1 column · no header row")


def test_a_long_text_leaves_room_for_the_columns_beside_it():
    found = widths(pd.DataFrame({"id": ["1", None], "message": ["a" * 400, "b"], "topic": ["product question", "refund"]}))
    assert found["id"] == LEAST_WIDTH and found["message"] == MOST_WIDTH
    assert LEAST_WIDTH < found["topic"] < MOST_WIDTH
