import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from engine import runs
from engine.errors import StudioError
from engine.hub import database
from engine.hub.tables import VERSION, SchemaRow
from engine.runs import changes
from tests.runs.helpers import ROOT, child, enter


def test_sqlite_is_set_up_for_many_readers_and_a_writer() -> None:
    with database.reading() as session:
        found = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")]
    assert found == ["wal", 5000, 1, 1]


def test_a_transaction_that_fails_leaves_nothing() -> None:
    run = enter()
    with pytest.raises(RuntimeError), database.writing() as session:
        session.execute(text("UPDATE run SET name = 'other'"))
        raise RuntimeError("cut")
    assert runs.get(run).name == "Messages"


def test_a_database_of_a_newer_studio_is_refused_and_not_touched() -> None:
    with database.writing() as session:
        assert session.scalar(select(SchemaRow.version)) == VERSION
        session.execute(update(SchemaRow).values(version=VERSION + 1))
    database.close()
    with pytest.raises(StudioError, match="newer studio"):
        runs.list()


def test_processes_that_open_a_new_database_at_once_do_not_disturb_each_other(home: Path) -> None:
    children = [child("from engine import runs; print(len(runs.list()))") for _ in range(4)]
    answers = [process.communicate(timeout=60) for process in children]
    assert [answer[0].strip() for answer in answers] == ["0"] * 4, answers


def test_writers_in_many_threads_lose_nothing_and_never_fail() -> None:
    run = enter()
    failures: list[Exception] = []

    def write(first: int) -> None:
        try:
            for seq in range(first, first + 20):
                row = {"seq": seq, "time": time.time(), "kind": "log", "curve": None, "step": None, "epoch": None, "value": None,
                       "level": "info", "text": str(seq)}
                changes.store_events(run, [row], None)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(1 + 20 * number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [event.seq for event in runs.events(run)] == list(range(1, 121))


def test_a_database_that_cannot_be_opened_is_said_plainly(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{home / 'missing' / 'hub.db'}")
    with pytest.raises(StudioError, match="cannot be used"):
        runs.list()


def test_nan_and_infinity_become_nothing() -> None:
    found = database.finite({"loss": float("nan"), "parts": [1.5, float("inf")], "name": "a"})
    assert found == {"loss": None, "parts": [1.5, None], "name": "a"}


def test_asking_imports_no_torch() -> None:
    code = ("import sys, engine.runs, engine.hub; engine.runs.list(); engine.hub.list()\n"
            "print([name for name in ('torch', 'pandas') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
