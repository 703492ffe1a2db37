import json

import pandas
import pytest

from engine.data import Fix, apply_fix
from engine.errors import StudioError


def rows(*cells: tuple[str | None, str | None]) -> pandas.DataFrame:
    frame = pandas.DataFrame(list(cells), columns=["text", "label"], dtype="str")
    frame.index = pandas.RangeIndex(2, 2 + len(frame), name="row")
    return frame


TABLE = rows(("one", "a"), ("two", "b"), ("one", "a"), ("One!", "a"), ("two", "c"), ("two", "b"), (None, "a"), ("  ", "b"), ("six", None))


@pytest.mark.parametrize(
    ("kind", "arguments", "kept"),
    [("drop_rows", {"rows": [2, 5, 99]}, [3, 4, 6, 7, 8, 9, 10]), ("drop_missing", {"columns": ["text", "label"]}, [2, 3, 4, 5, 6, 7]),
     ("keep_first", {"columns": ["text", "label"]}, [2, 3, 5, 6, 8, 9, 10]), ("keep_first", {"columns": ["text"]}, [2, 3, 5, 8, 9, 10]),
     ("keep_first", {"columns": ["text", "label"], "nearly": True}, [2, 3, 6, 8, 9, 10]),
     ("drop_conflicts", {"text": "text", "label": "label"}, [2, 4, 5, 8, 9, 10]),
     ("keep_majority", {"text": "text", "label": "label"}, [2, 3, 4, 5, 7, 8, 9, 10]),
     ("drop_classes", {"column": "label", "below": 2}, [2, 3, 4, 5, 7, 8, 9, 10]),
     ("drop_labels", {"column": "label", "labels": ["a", "c"]}, [3, 7, 9, 10]), ("setting", {"name": "class_weights", "value": True},
                                                                                 list(range(2, 11)))],
)
def test_each_fix_leaves_the_rows_it_says(kind: str, arguments: dict[str, object], kept: list[int]) -> None:
    before = TABLE.copy()
    fix = Fix.of(json.loads(json.dumps(Fix(kind, "Mend", arguments).to_dict())))
    assert list(apply_fix(TABLE, fix).index) == kept
    assert TABLE.equals(before)


def test_of_equally_frequent_labels_the_first_stays() -> None:
    table = rows(("one", "b"), ("one", "a"))
    assert list(apply_fix(table, Fix("keep_majority", "", {"text": "text", "label": "label"}))["label"]) == ["b"]


def test_labels_are_merged_whole_and_within_cells() -> None:
    table = rows(("one", "Card"), ("two", "card"), ("three", None))
    merged = apply_fix(table, Fix("merge_labels", "", {"column": "label", "into": {"Card": "card"}}))
    assert list(merged["label"].fillna("")) == ["card", "card", ""]
    several = rows(("one", "Card|fee"), ("two", "card"), ("three", "card|Card"), ("four", None))
    merged = apply_fix(several, Fix("merge_labels", "", {"column": "label", "into": {"Card": "card"}, "separator": "|"}))
    assert list(merged["label"].fillna("")) == ["card|fee", "card", "card", ""]
    assert merged["label"].dtype == several["label"].dtype


def test_rare_labels_within_cells_go_and_their_rows_stay() -> None:
    table = rows(("one", "a|b"), ("two", "a"), ("three", "c"))
    dropped = apply_fix(table, Fix("drop_classes", "", {"column": "label", "below": 2, "separator": "|"}))
    assert list(dropped["label"].fillna("")) == ["a", "a", ""]
    lists = rows(("one", '["a", "b"]'), ("two", '["a"]'))
    assert list(apply_fix(lists, Fix("drop_labels", "", {"column": "label", "labels": ["b"], "separator": "[]"}))["label"]) == ['["a"]',
                                                                                                                                '["a"]']


def test_outer_spaces_are_stripped() -> None:
    assert list(apply_fix(rows((" one ", "a")), Fix("strip_spaces", "", {"columns": ["text"]}))["text"]) == ["one"]


def test_unknown_fixes_and_columns_are_named() -> None:
    with pytest.raises(StudioError, match="'explode'"):
        apply_fix(TABLE, Fix("explode", "", {}))
    with pytest.raises(StudioError, match="'gone'"):
        apply_fix(TABLE, Fix("drop_missing", "Drop", {"columns": ["gone"]}))
