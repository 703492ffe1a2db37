from datetime import UTC, datetime, timedelta

import pytest

from engine import runs
from engine.training.events import Progress
from studio.run_words import STATES, look, metric_name, overall, phase, primary, primary_text, row_count, summary, took_text, when
from tests.studio import stored_runs

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_every_state_has_a_word_and_an_icon() -> None:
    assert set(STATES) == set(runs.STATES)
    assert all(shown.word and shown.icon.startswith(":material/") for shown in STATES.values())
    assert look("unheard").word == "Unheard"


@pytest.mark.parametrize(("ago", "said"), [
    (timedelta(seconds=5), "just now"), (timedelta(minutes=5), "5 min ago"), (timedelta(hours=3), "3 h ago"),
    (timedelta(hours=30), "yesterday"), (timedelta(days=10), "12 Nov 2026"),
])
def test_a_moment_is_said_as_how_long_it_is_past(ago: timedelta, said: str) -> None:
    assert when(NOW - ago, NOW) == said


def test_a_moment_that_never_was_is_a_dash() -> None:
    assert when(None) == "–"


def test_progress_counts_epochs_not_the_rows_of_one() -> None:
    assert overall(Progress("Training", 20, 40, epoch=2, epochs=4)) == 0.375
    assert overall(Progress("Preparing", 20, 40)) is None
    assert overall(None) is None


def test_what_is_being_done_is_said_in_words() -> None:
    assert phase(Progress("features", 1, 2)) == "Reading every row once with the frozen layers"
    assert phase(Progress("polishing", 1, 2)) == "Polishing"


def test_a_waiting_run_has_no_metric_and_took_no_time() -> None:
    run = runs.get(stored_runs.enter("20261122-104211-0001"))
    assert (primary(run), primary_text(run), took_text(run), row_count(run)) == (None, "–", "–", 48)
    assert summary(run) == "Sort texts · minilm · head only · messages.csv · 48 rows"


def test_a_finished_run_is_judged_by_the_metric_of_its_task() -> None:
    stored_runs.finished()
    listed = runs.list()[0]
    assert (metric_name(listed), primary(listed), primary_text(listed)) == ("accuracy", ("accuracy", 0.8), "80.0%")


def test_a_run_of_a_task_that_is_not_known_here_still_has_words() -> None:
    run = runs.get(stored_runs.enter("20261122-104211-0001", task="juggling"))
    assert summary(run).startswith("juggling")
    assert metric_name(run) == "accuracy"
