import json

import pytest

from engine import runs
from engine.runs.__main__ import main
from tests.runs.helpers import enter


def test_runs_are_listed_shown_and_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0 and "No runs yet" in capsys.readouterr().out
    run_id = enter()
    assert main(["list"]) == 0 and run_id in capsys.readouterr().out
    assert main(["list", "--json"]) == 0
    assert [run["id"] for run in json.loads(capsys.readouterr().out)] == [run_id]
    assert main(["show", run_id]) == 0 and "Messages" in capsys.readouterr().out
    assert main(["show", run_id, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["state"], shown["state_text"]) == ("queued", "Waiting for its turn") and shown["created"].endswith("+00:00")
    assert main(["stop", run_id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"id": run_id, "state": "stopped"}
    assert runs.get(run_id).state == "stopped"


def test_an_unknown_run_is_one_sentence_and_a_failing_exit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "20261122-104211-ffff"]) == 1
    said = capsys.readouterr().err
    assert "no run '20261122-104211-ffff'" in said and "Traceback" not in said
