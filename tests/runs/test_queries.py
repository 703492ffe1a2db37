import math
import time

from engine import runs
from engine.runs import changes
from engine.runs.queries import thin
from engine.runs.recorder import Recorder
from engine.training.events import Log, Point, Progress
from tests.runs.helpers import enter


def test_events_come_back_as_they_were_reported_and_in_order() -> None:
    run = enter()
    with Recorder(run) as recorder:
        recorder.report(Log("info", "Begun"))
        recorder.report(Point("train_loss", 1, 0.1, 2.5))
        recorder.report(Progress("training", 10, 100, epoch=1, epochs=2, rows_per_second=50.0, eta=1.8))
        recorder.report(Point("val_loss", 1, 1.0, math.nan))
    stored = runs.events(run)
    assert [item.seq for item in stored] == [1, 2, 3]
    assert stored[0].event == Log("info", "Begun")
    assert stored[1].event == Point("train_loss", 1, 0.1, 2.5)
    assert isinstance(stored[2].event, Point) and math.isnan(stored[2].event.value)
    assert [item.seq for item in runs.events(run, after=1, kind="point")] == [2, 3]
    assert runs.get(run).progress == Progress("training", 10, 100, epoch=1, epochs=2, rows_per_second=50.0, eta=1.8)


def test_numbers_of_events_go_on_where_an_earlier_process_ended() -> None:
    run = enter()
    for text in ("first", "second"):
        with Recorder(run) as recorder:
            recorder.log(text)
    assert [(item.seq, item.event) for item in runs.events(run)] == [(1, Log("info", "first")), (2, Log("info", "second"))]


def test_events_are_in_the_database_soon_while_the_training_goes_on() -> None:
    run = enter()
    with Recorder(run) as recorder:
        recorder.log("now")
        deadline = time.monotonic() + 10
        while not runs.events(run) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(runs.events(run)) == 1


def test_a_stop_that_another_process_asked_for_is_noticed() -> None:
    run = enter()
    changes.claim()
    with Recorder(run) as recorder:
        assert not recorder.should_stop()
        changes.ask_to_stop(run)
        deadline = time.monotonic() + 10
        while not recorder.should_stop() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert recorder.should_stop()


def test_curves_give_what_is_newer_than_each_curve_s_last_step() -> None:
    run = enter()
    with Recorder(run) as recorder:
        for step in range(1, 11):
            recorder.report(Point("train_loss", step, step / 10, 1 / step))
        recorder.report(Point("val_loss", 10, 1.0, 0.5))
    assert runs.curves(run)["train_loss"][0] == (1, 1.0)
    assert runs.curves(run, after_step=8) == {"train_loss": [(9, 1 / 9), (10, 0.1)], "val_loss": [(10, 0.5)]}
    assert runs.curves(run, after_step={"train_loss": 10}) == {"val_loss": [(10, 0.5)]}


def test_a_long_curve_is_thinned_but_keeps_its_ends_peaks_and_dips() -> None:
    line = [(step, math.sin(step / 50)) for step in range(100_000)]
    line[54_321] = (54_321, 99.0)
    line[65_432] = (65_432, -99.0)
    thinned = thin(line, 1500)
    assert len(thinned) <= 1500
    assert thinned[0] == line[0] and thinned[-1] == line[-1]
    assert {(54_321, 99.0), (65_432, -99.0)} <= set(thinned)
    assert thinned == sorted(thinned)
    assert thin(line[:1500], 1500) == line[:1500]


def test_lists_are_the_newest_first_and_can_be_of_some_states() -> None:
    ids = [enter(f"20261122-104211-{number:04x}") for number in range(3)]
    changes.claim()
    assert [run.id for run in runs.list()] == ids[::-1]
    assert [run.id for run in runs.list(limit=1)] == ids[-1:]
    assert [run.id for run in runs.list(states=["running"])] == ids[:1]
    assert runs.count() == 3 and runs.count(["queued"]) == 2
