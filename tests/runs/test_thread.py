import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from engine import runs
from engine.hub.database import writing
from engine.hub.tables import RunRow
from engine.runs import Run, changes
from engine.training.events import Log
from tests.runs import tiny
from tests.runs.helpers import ROOT, child, enter

ENDLESS = {"method": "full", "epochs": 1000, "early_stopping_epochs": 0, "validation_split": tiny.split()}
SHORT = {"method": "head", "epochs": 3, "validation_split": tiny.split()}
CHILD = ("from engine import runs\nfrom tests.runs import tiny\n"
         "run = runs.start('text-classification', tiny.params(), MODEL, method='full', epochs=1000,\n"
         "                 early_stopping_epochs=0, validation_split=tiny.split())\nprint(run, flush=True)\n")


def until(run_id: str, holds: Callable[[Run], bool], seconds: float = 90.0) -> Run:
    deadline = time.monotonic() + seconds
    while not holds(run := runs.get(run_id)):
        assert time.monotonic() < deadline, f"{run.state}: {run.error}"
        time.sleep(0.05)
    return run


def learns(run: Run) -> bool:
    """Whether at least one epoch is done."""
    assert run.is_open, f"{run.state}: {run.error}"
    return "val_loss" in runs.curves(run.id)


def start(encoder: str, **settings: object) -> str:
    return runs.start("text-classification", tiny.params(), encoder, **settings)


def test_a_run_trains_in_the_background_and_leaves_all_that_it_learnt(encoder: str, home: Path) -> None:
    run_id = start(encoder, **SHORT, name="Messages", estimate={"seconds": 2.0})
    assert runs.get(run_id).state in ("queued", "running")
    run = runs.wait(run_id, timeout=90)
    assert run.state == "finished", run.error
    assert run.result is not None and run.result.evaluation is not None
    assert run.metrics == run.result.metrics and 0 <= run.metrics["accuracy"] <= 1
    assert run.seconds == run.result.seconds and run.estimate == {"seconds": 2.0}
    assert run.data["rows"] == 48 and run.data["columns"] == ["labels", "texts"] and len(run.data["fingerprint"]) == 16
    assert run.started is not None and run.finished is not None and run.created <= run.started <= run.finished
    assert {"train_loss", "val_loss", "accuracy"} <= set(runs.curves(run_id))
    assert any(isinstance(item.event, Log) and item.event.text.startswith("Finished in") for item in runs.events(run_id, kind="log"))
    folder = home / "runs" / run_id
    assert sorted(path.name for path in folder.iterdir()) == ["model", "params.parquet", "result.json", "run.json"]
    assert json.loads((folder / "result.json").read_text())["metrics"] == run.metrics
    assert len(json.loads((folder / "model" / "samples.json").read_text())["rows"]) == 8
    answer = runs.load(run_id)({"text": "my parcel arrived late"}, "text-classification")
    assert sorted(answer) == sorted(tiny.TOPICS)


def test_the_same_seed_gives_the_same_model_again(encoder: str) -> None:
    first = runs.wait(start(encoder, **SHORT), timeout=90)
    second = runs.wait(runs.repeat(first.id), timeout=90)
    other = runs.wait(runs.repeat(first.id, seed=7), timeout=90)
    assert second.origin == first.id and second.data == first.data and second.state == "finished"
    text = {"text": "my parcel arrived late"}
    answers = [runs.load(run.id)(text, "text-classification") for run in (first, second, other)]
    assert answers[0] == answers[1] != answers[2]


def test_one_run_trains_at_a_time_and_the_next_follows(encoder: str) -> None:
    ids = [start(encoder, **SHORT) for _ in range(3)]
    found = [runs.wait(run_id, timeout=90) for run_id in ids]
    assert [run.state for run in found] == ["finished"] * 3
    for before, after in zip(found, found[1:], strict=False):
        assert before.finished is not None and after.started is not None and before.finished <= after.started


def test_a_run_that_is_stopped_keeps_its_best_weights(encoder: str) -> None:
    run_id = start(encoder, **ENDLESS)
    until(run_id, learns)
    asked = time.monotonic()
    runs.stop(run_id)
    run = runs.wait(run_id, timeout=30)
    assert time.monotonic() - asked < 20
    assert run.state == "stopped" and run.has_model and run.result is not None and run.result.stopped
    assert "best weights so far" in run.note
    assert runs.save(run_id, "half-way") == "half-way"


def test_a_run_that_is_stopped_in_its_first_second_says_that_it_left_nothing(encoder: str, home: Path) -> None:
    """In a process of its own, which has torch still to import when the stop comes."""
    process = child(f"MODEL = {encoder!r}\n{CHILD}import time\n"
                    "while runs.get(run).state == 'queued':\n    time.sleep(0.01)\nruns.stop(run)\n")
    assert process.stdout is not None
    run_id = process.stdout.readline().strip()
    run = runs.wait(run_id, timeout=60)
    process.communicate(timeout=60)
    assert run.state == "stopped" and not run.has_model and run.error is None
    assert "no model to save" in run.note
    assert not (home / "runs" / run_id / "model").exists()


def test_another_process_can_stop_a_run(encoder: str) -> None:
    run_id = start(encoder, **ENDLESS)
    until(run_id, learns)
    command = [sys.executable, "-m", "engine.runs", "stop", run_id, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["state"] in ("stopping", "stopped")
    assert runs.wait(run_id, timeout=30).state == "stopped"


def test_what_the_user_can_put_right_is_said_in_the_run() -> None:
    run = runs.wait(runs.start("text-classification", tiny.params(), "no-such-model", **SHORT), timeout=60)
    assert run.state == "failed" and run.error is not None
    assert "no-such-model" in run.error["message"] and run.error["hint"]


def test_what_nobody_foresaw_gets_a_number_and_its_traceback_goes_to_the_log(encoder: str, home: Path) -> None:
    first = start(encoder, **ENDLESS)
    second = start(encoder, **SHORT)
    (home / "runs" / second / "params.parquet").write_bytes(b"no table")
    runs.stop(first)
    run = runs.wait(second, timeout=60)
    assert run.state == "failed" and run.error is not None
    assert "Traceback" not in run.error["message"] and "Something went wrong" in run.error["message"]
    number = run.error["message"].split("number ")[1].split(")")[0]
    log = (home / "logs" / "runs.log").read_text()
    assert number in log and "Traceback" in log


def test_a_killed_process_loses_no_run_and_the_run_can_be_repeated(encoder: str) -> None:
    process = child(f"MODEL = {encoder!r}\n{CHILD}")
    assert process.stdout is not None
    run_id = process.stdout.readline().strip()
    until(run_id, learns)
    process.kill()
    process.communicate()
    assert runs.startup() == [run_id]
    run = runs.get(run_id)
    assert run.state == "interrupted" and runs.curves(run_id)["val_loss"]
    again = runs.wait(runs.repeat(run_id, epochs=2), timeout=90)
    assert again.state == "finished" and again.data == run.data and again.settings["epochs"] == 2


def test_a_queued_run_of_a_killed_process_is_trained_by_the_next_one(encoder: str) -> None:
    process = child(f"MODEL = {encoder!r}\n{CHILD}"
                    "print(runs.start('text-classification', tiny.params(), MODEL, method='head', epochs=2,\n"
                    "                 validation_split=tiny.split()), flush=True)\n")
    assert process.stdout is not None
    first, second = process.stdout.readline().strip(), process.stdout.readline().strip()
    until(first, learns)
    process.kill()
    process.communicate()
    assert runs.startup() == [first]
    assert runs.wait(second, timeout=90).state == "finished"


def test_a_second_process_waits_for_the_first_one_s_run(encoder: str) -> None:
    process = child(f"MODEL = {encoder!r}\n{CHILD}")
    assert process.stdout is not None
    first = process.stdout.readline().strip()
    until(first, learns)
    second = start(encoder, **SHORT)
    time.sleep(1.5)
    assert runs.get(second).state == "queued" and runs.place_in_queue(second) == 1
    runs.stop(first)
    assert runs.wait(second, timeout=90).state == "finished"
    assert runs.get(first).state == "stopped"
    process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a single process")
def test_ctrl_c_in_a_program_that_waits_stops_its_run(encoder: str) -> None:
    heard = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in a shell's background inherits deafness
    process = child(f"{heard}MODEL = {encoder!r}\n{CHILD}runs.wait(run)\n")
    assert process.stdout is not None
    run_id = process.stdout.readline().strip()
    until(run_id, learns)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (1, -signal.SIGINT, 130) and "SIGABRT" not in err
    run = runs.get(run_id)
    assert run.state == "stopped" and run.has_model


def test_closing_the_studio_stops_what_trains_and_leaves_the_queue(encoder: str) -> None:
    first, second = start(encoder, **ENDLESS), start(encoder, **SHORT)
    until(first, learns)
    assert runs.shutdown(timeout=60)
    run = runs.get(first)
    assert run.state == "stopped" and run.has_model and "closed" in run.note
    assert runs.get(second).state == "queued"
    assert runs.startup() == []
    assert runs.wait(second, timeout=90).state == "finished"


def test_a_database_that_is_out_of_reach_for_a_while_does_not_end_the_queue(encoder: str, home: Path,
                                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = enter()
    changes.claim()
    with writing() as session:
        session.execute(update(RunRow).values(host="elsewhere"))
    waiting = start(encoder, **SHORT)
    with monkeypatch.context() as patch:
        patch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{home / 'no-such-folder' / 'hub.db'}")
        time.sleep(1.5)
    with writing() as session:
        session.execute(update(RunRow).where(RunRow.id == elsewhere).values(state="failed"))
    assert runs.wait(waiting, timeout=60).state == "finished"
