"""A column that is spread over several is found and made one."""

import pytest

from engine import data
from engine.data import Dataset, joining
from engine.errors import StudioError
from engine.tasks import task_class

TAGGED = "file,text,wet,red,round\n1,rain on a rose,1,yes,\n2,a ball,0,no,x\n3,sand,,no,\n"
TALK = ("question,answer,context,prev_q1,prev_a1,prev_q2,prev_a2\n"
        "And when?,Monday,The shop opens on Monday.,Who?,Ann,Where?,in Rome\nWho?,Ann,Ann came.,,,,\n")


def dataset(content: str) -> Dataset:
    return Dataset.of(data.store(content.encode(), "rows.csv"))


def test_a_column_for_each_label() -> None:
    variant = task_class("text-classification").variant("multi_label")
    found, column = dataset(TAGGED), variant.columns[-1]
    assert joining.spread(found.frame(), column) == ["wet", "red", "round"]
    joined = found.with_fix(joining.joining(found.frame(), column, ["wet", "red", "round"]))
    assert joined.guess(variant) == {"texts": "text", "labels": "labels"}
    params = joined.with_mapping(joined.guess(variant)).params(variant)
    assert params == {"texts": ["rain on a rose", "a ball", "sand"], "labels": [["wet", "red"], ["round"], []]}
    assert "labels" not in joined.undo().frame()


def test_earlier_questions_and_answers_side_by_side() -> None:
    variant = task_class("qa").variant()
    found = dataset(TALK)
    column = next(column for column in variant.columns if column.kind == "pairs")
    parts = joining.spread(found.frame(), column)
    assert parts == ["prev_q1", "prev_a1", "prev_q2", "prev_a2"]
    joined = found.with_fix(joining.joining(found.frame(), column, parts))
    params = joined.with_mapping(joined.guess(variant)).params(variant)
    assert params["prev_qas"] == [[("Who?", "Ann"), ("Where?", "in Rome")], []]
    assert params["questions"] == ["And when?", "Who?"]


@pytest.mark.parametrize(("names", "expected"), [
    (("Earlier question", "Earlier answer", "question", "answer"), ["Earlier question", "Earlier answer"]),
    (("Question 1", "Answer 1", "Question 2"), ["Question 1", "Answer 1"]), (("question", "answer", "faq"), [])])
def test_which_columns_are_turns(names: tuple[str, ...], expected: list[str]) -> None:
    column = next(column for column in task_class("qa").variant().columns if column.kind == "pairs")
    frame = dataset(",".join(names) + "\n" + ",".join("abcd"[:len(names)]) + "\n").frame()
    assert joining.spread(frame, column) == expected


def test_what_cannot_be_joined_is_refused() -> None:
    column = next(column for column in task_class("qa").variant().columns if column.kind == "pairs")
    with pytest.raises(StudioError, match="3 columns cannot be joined"):
        joining.joining(dataset(TALK).frame(), column, ["prev_q1", "prev_a1", "prev_q2"])
