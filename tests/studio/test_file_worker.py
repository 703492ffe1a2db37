"""Rows are answered in parts; a row that fails does not take the others with it."""

from typing import Any

import pandas
import pytest

from engine.errors import StudioError
from engine.fields import Field
from studio.file_worker import GIVE_UP_AFTER, UNKNOWN, Reading, answer_rows


class Shouting:
    """A task whose answer is the text in capitals; it breaks on some texts."""

    inputs = (Field(name="text", kind="text", label="Text", required=True),)

    def __init__(self) -> None:
        self.calls: list[int] = []

    def answer(self, rows: list[dict[str, Any]], **options: Any) -> list[str]:
        self.calls.append(len(rows))
        if any(row["text"] == "boom" for row in rows):
            raise RuntimeError("a bug")
        if any(row["text"] == "too long" for row in rows):
            raise StudioError("The text is too long.", "Shorten it.")
        return [row["text"].upper() for row in rows]


def answered(texts: list[Any], task: Shouting | None = None) -> list[Any]:
    task = task or Shouting()
    rows = pandas.DataFrame({"message": texts}, dtype="object")
    return [item for part in answer_rows(task, rows, Reading(task, {"text": "message"}, {}), {}, lambda: False) for item in part]


def test_answers_come_in_the_order_of_the_rows():
    assert [item.answer for item in answered([f"row {number}" for number in range(100)])] == [f"ROW {number}" for number in range(100)]


def test_a_row_without_a_text_says_so_and_the_model_is_not_asked():
    task = Shouting()
    found = answered(["a", None, "  ", "b"], task)
    assert [item.error for item in found] == [None, "Text is missing.", "Text is missing.", None]
    assert task.calls == [2]


def test_a_row_that_fails_carries_its_error_and_the_others_their_answers():
    found = answered(["a", "too long", "boom", "b"])
    assert [item.answer for item in found] == ["A", None, None, "B"]
    assert [item.error for item in found] == [None, "The text is too long.", UNKNOWN, None]


def test_it_gives_up_when_everything_fails_for_a_reason_that_is_not_the_rows():
    with pytest.raises(StudioError, match="could not be answered"):
        answered(["boom"] * (GIVE_UP_AFTER * 3))


def test_it_stops_between_two_parts_and_keeps_what_is_done():
    parts: list[int] = []
    task, rows = Shouting(), pandas.DataFrame({"text": ["a"] * 1000})
    for part in answer_rows(task, rows, Reading(task, {"text": "text"}, {}), {}, lambda: len(parts) >= 2):
        parts.append(len(part))
    assert len(parts) == 2 and 0 < sum(parts) < 1000


def test_it_goes_on_after_the_rows_that_are_done():
    task, rows = Shouting(), pandas.DataFrame({"text": ["a", "b", "c"]})
    parts = list(answer_rows(task, rows, Reading(task, {"text": "text"}, {}), {}, lambda: False, start=2))
    assert [item.answer for part in parts for item in part] == ["C"]


def test_images_are_found_by_the_names_in_the_cells_and_pairs_are_read():
    class Looking:
        inputs = (Field(name="image", kind="image", label="Image", required=True),
                  Field(name="prev_qa", kind="pairs", label="Earlier", default=()))

    frame = pandas.DataFrame({"file": ["a.png", "gone.png", "a.png"], "before": ['[["Who?", "Ann"]]', None, "no list"]})
    there, gone, odd = Reading(Looking(), {"image": "file", "prev_qa": "before"}, {"a.png": "/here/000001.png"}).rows(frame)
    assert there == {"image": "/here/000001.png", "prev_qa": [("Who?", "Ann")]}
    assert isinstance(gone, StudioError) and "gone.png" in gone.message
    assert isinstance(odd, StudioError)
    spaced, = Reading(Looking(), {"image": "file"}, {"a.png": "/here/000001.png"}).rows(pandas.DataFrame({"file": [" a.png "]}))
    assert spaced == {"image": "/here/000001.png"}, "as it is where a model learns from it"
