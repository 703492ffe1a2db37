from pathlib import Path

import pandas
import pytest

from engine import data
from engine.errors import StudioError
from engine.tasks import task_class

TASK = task_class("text-classification")
SINGLE, MULTI = TASK.variant("single_label"), TASK.variant("multi_label")


@pytest.mark.parametrize(
    ("file", "variant", "expected"),
    [("banking77/train.csv", SINGLE, ("text", "category")), ("sms_spam/spam.csv", SINGLE, ("v2", "v1")),
     ("gnad10_de/test.csv", SINGLE, ("Column 2", "Column 1")), ("goemotions/train.csv", MULTI, ("text", "labels"))],
)
def test_the_columns_of_real_files_are_guessed(shared_data: Path, file: str, variant: object, expected: tuple[str, str]) -> None:
    frame = data.read(shared_data / file, Path(file).name).frame
    assert data.guess(frame, variant) == dict(zip(("texts", "labels"), expected, strict=True))


def test_names_win_over_contents_in_any_case_and_spelling() -> None:
    frame = pandas.DataFrame({"Label": ["long text that is no label at all", "and another one of these"], " TEXT ": ["a", "b"]},
                             dtype="str")
    assert data.guess(frame, SINGLE) == {"texts": " TEXT ", "labels": "Label"}


def test_without_telling_names_long_cells_are_the_text_and_few_short_ones_the_label() -> None:
    frame = pandas.DataFrame({"id": [str(number) for number in range(40)], "A": ["sport", "money"] * 20,
                              "B": [f"a long message number {n}" for n in range(40)],
                              "C": ["2024-01-01"] * 40}, dtype="str")
    assert data.guess(frame, SINGLE) == {"texts": "B", "labels": "A"}


def test_a_table_with_one_column_or_none_leaves_the_rest_open() -> None:
    assert data.guess(pandas.DataFrame({"text": ["one", "two"]}, dtype="str"), SINGLE) == {"texts": "text", "labels": None}
    assert data.guess(pandas.DataFrame(), SINGLE) == {"texts": None, "labels": None}
    assert data.guess(pandas.DataFrame({"a": [None, None]}, dtype="str"), SINGLE)["labels"] is None


def test_wrong_mappings_are_refused_naming_everything_at_once() -> None:
    frame = pandas.DataFrame({"text": ["one"], "label": ["a"]}, dtype="str")
    data.check_mapping(frame, SINGLE, {"texts": "text", "labels": "label"})
    for mapping, said in (({}, "Text and Label"), ({"texts": "text"}, "Label"), ({"texts": "gone", "labels": "away"}, "'gone' and 'away'"),
                          ({"texts": "text", "labels": "text"}, "chosen twice"), ({"texts": "text", "labels": "label", "x": "y"},
                                                                                  "Unknown: x")):
        with pytest.raises(StudioError, match=said):
            data.check_mapping(frame, SINGLE, mapping)
