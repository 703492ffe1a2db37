import pytest

from engine import runs
from studio.run_compare import lines, metrics_table, unique_names
from tests.studio import stored_runs


def test_names_that_repeat_are_told_apart() -> None:
    stored_runs.finished("20261122-104211-0001")
    stored_runs.finished("20261122-104211-0002", method="partial")
    stored_runs.finished("20261122-104211-0003", method="partial")
    names = unique_names([runs.get(f"20261122-104211-000{place}") for place in (1, 2, 3)])
    assert names == ["Messages (head only)", "Messages (upper layers) 1", "Messages (upper layers) 2"]


def test_a_run_without_a_result_stands_beside_one_that_has_it() -> None:
    chosen = [runs.get(stored_runs.finished("20261122-104211-0001")), runs.get(stored_runs.enter("20261122-104211-0002"))]
    shown = metrics_table(chosen, ["a", "b"])
    assert list(shown.columns) == ["Run", "Accuracy", "95% interval", "Commonest answer", "Before training", "Gain", "Took",
                                   "Method", "Model", "Rows", "Data", "State"]
    assert shown["Accuracy"][0] == 80.0
    assert shown["Before training"][0] == "60.0%" and shown["Gain"][0] == pytest.approx(20.0)
    assert list(shown["State"]) == ["Finished", "Waiting"]


def test_lines_differ_in_more_than_colour() -> None:
    first, second = lines([[(1, 0.5)], [(1, 0.6)]], ["a", "b"])
    assert first.role != second.role
    assert first.dash != second.dash
    assert [line.name for line in lines([[], [(1, 0.6)]], ["a", "b"])] == ["b"]
