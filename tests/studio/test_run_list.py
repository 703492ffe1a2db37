import pandas as pd

from engine import runs
from studio.run_list import matching, table
from tests.studio import stored_runs


def three() -> list[runs.Run]:
    stored_runs.finished("20261122-104211-0001", name="Shop messages")
    stored_runs.begin(stored_runs.enter("20261122-104211-0002", name="Bank questions", method="partial"))
    stored_runs.enter("20261122-104211-0003", name="Mails", model="own-model")
    return runs.list()


def test_runs_are_found_by_any_of_their_words_and_states() -> None:
    every = three()
    names = {run.name for run in every}
    assert {run.name for run in matching(every)} == names
    assert [run.name for run in matching(every, "shop MESSAGES")] == ["Shop messages"]
    assert [run.name for run in matching(every, "own-model")] == ["Mails"]
    assert [run.name for run in matching(every, "", ["running"])] == ["Bank questions"]
    assert matching(every, "shop", ["running"]) == []


def test_the_table_says_the_state_in_words_and_keeps_numbers_as_numbers() -> None:
    shown = table(three()).set_index("Run")
    assert shown.loc["Shop messages", "State"] == "✓ Finished"
    assert shown.loc["Bank questions", "State"] == "▶ Training 38%"
    assert shown.loc["Mails", "State"] == "◷ Waiting"
    assert shown.loc["Shop messages", "Metric"] == 80.0
    assert pd.isna(shown.loc["Mails", "Metric"])
    assert shown["Rows"].dtype == "Int64"
