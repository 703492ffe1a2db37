import pytest

from engine import runs
from engine.errors import StudioError
from engine.runs import changes
from tests.runs.helpers import child, enter

ONE, TWO = "20261122-104211-0001", "20261122-104212-0002"


def test_runs_are_claimed_in_the_order_of_the_queue_and_one_at_a_time() -> None:
    enter(ONE), enter(TWO)
    assert runs.place_in_queue(TWO) == 2
    assert changes.claim() == ONE
    assert changes.claim() is None
    assert changes.end(ONE, "finished")
    assert changes.claim() == TWO


def test_two_processes_that_race_for_runs_never_train_two_at_once() -> None:
    for number in range(6):
        enter(f"20261122-104211-{number:04x}")
    racer = ("import sys, time\nfrom engine.runs import changes\nsys.stdin.readline()\n"
             "for attempt in range(40):\n"
             "    if found := changes.claim():\n"
             "        print('begin', found, time.time(), flush=True)\n        time.sleep(0.02)\n"
             "        print('end', found, time.time(), flush=True)\n        changes.end(found, 'finished')\n"
             "    time.sleep(0.005)\n")
    children = [child(racer), child(racer)]
    lines = []
    for process in children:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in children:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        lines += [line.split() for line in out.splitlines()]
    moments = sorted(lines, key=lambda line: float(line[2]))
    assert [line[0] for line in moments] == ["begin", "end"] * 6
    assert len({line[1] for line in lines}) == 6


def test_a_queued_run_stops_at_once_and_an_ended_one_stays_as_it_is() -> None:
    enter(ONE)
    assert changes.ask_to_stop(ONE) == "stopped"
    run = runs.get(ONE)
    assert run.finished is not None and "no model" in run.note
    assert changes.ask_to_stop(ONE) == "stopped"
    assert changes.claim() is None


def test_a_running_run_stops_in_two_steps() -> None:
    enter(ONE)
    changes.claim()
    assert changes.ask_to_stop(ONE, "The studio was closed.") == "stopping"
    assert runs.get(ONE).note == "The studio was closed."
    assert changes.end(ONE, "stopped")
    assert not changes.end(ONE, "finished"), "an ended run cannot end again"


def test_an_unknown_run_is_named() -> None:
    for action in (runs.get, runs.stop, runs.delete, runs.wait):
        with pytest.raises(StudioError, match="20261122-104211-ffff"):
            action("20261122-104211-ffff")
