import json
from pathlib import Path

import pytest
from sqlalchemy import update

from engine import runs
from engine.hub.database import writing
from engine.hub.tables import RunRow
from engine.runs import changes
from engine.training.results import Result
from tests.runs.helpers import child, enter

CLAIMER = ("import sys\nfrom engine.runs import changes\nprint(changes.claim(), flush=True)\nsys.stdin.readline()\n")


def test_a_run_whose_process_was_killed_is_interrupted() -> None:
    run = enter()
    process = child(CLAIMER)
    assert process.stdout and process.stdout.readline().strip() == run
    assert runs.recover() == [], "it is alive in another process"
    assert runs.get(run).state == "running"
    process.kill()  # it is a zombie now, with its number still taken
    while process.poll() is None:
        pass
    assert runs.recover() == [run]
    found = runs.get(run)
    assert found.state == "interrupted" and found.finished is not None and "Repeat" in found.note
    assert runs.recover() == []
    assert changes.claim() is None, "nothing is left to claim"
    process.communicate()


def test_an_old_heartbeat_alone_does_not_make_a_living_run_an_orphan() -> None:
    run = enter()
    process = child(CLAIMER)
    assert process.stdout and process.stdout.readline().strip() == run
    with writing() as session:
        session.execute(update(RunRow).values(heartbeat=0.0))
    assert runs.recover() == []
    process.communicate("\n")


def test_a_run_of_another_computer_is_judged_by_its_heartbeat() -> None:
    run = enter()
    changes.claim()
    with writing() as session:
        session.execute(update(RunRow).values(host="elsewhere"))
    assert runs.recover() == []
    with writing() as session:
        session.execute(update(RunRow).values(heartbeat=0.0))
    assert runs.recover() == [run]


def test_a_number_that_went_to_another_process_since_is_no_sign_of_life() -> None:
    run = enter()
    changes.claim()
    with writing() as session:
        session.execute(update(RunRow).values(process=1, process_started=1.0))
    assert runs.recover() == [run]


def test_a_run_that_no_thread_of_this_process_trains_is_an_orphan() -> None:
    run = enter()
    changes.claim()
    assert runs.recover() == [run]


@pytest.mark.parametrize(("stopped", "state"), [(False, "finished"), (True, "stopped")])
def test_a_run_that_could_not_write_its_end_down_is_as_its_folder_says(stopped: bool, state: str, home: Path) -> None:
    """The process was killed, or the disk was full, between the model and the database's row."""
    run = enter()
    changes.claim()
    result = Result({"accuracy": 0.75}, [], 2, 3.5, {"method": "head"}, stopped=stopped)
    folder = home / "runs" / run
    (folder / "model").mkdir(parents=True)
    (folder / "result.json").write_text(json.dumps(result.to_dict()))
    assert runs.recover() == [], "nothing was interrupted"
    found = runs.get(run)
    assert found.state == state and found.has_model and found.metrics == {"accuracy": 0.75} and found.result == result
    assert found.finished is not None and "saved" in found.note


def test_a_half_written_end_is_no_end(home: Path) -> None:
    run = enter()
    changes.claim()
    (home / "runs" / run / "model").mkdir(parents=True)
    (home / "runs" / run / "result.json").write_text('{"metrics"')
    assert runs.recover() == [run] and not runs.get(run).has_model
