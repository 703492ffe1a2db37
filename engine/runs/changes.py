"""How runs change: each function is one transaction, and takes a run only from the states that it may come from."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from engine.hub.database import changed, lock, reading, writing
from engine.hub.processes import this_process
from engine.hub.tables import EventRow, RunRow
from engine.runs.queries import unknown
from engine.runs.records import QUEUED, RUNNING, STOPPED, STOPPING, TRAINING


def enter(**values: Any) -> None:
    """A new run, at the end of the queue."""
    with writing() as session:
        session.add(RunRow(state=QUEUED, created=time.time(), **values))


def claim() -> str | None:
    """Take the oldest queued run for this process, unless one trains already (here or elsewhere); its id."""
    host, process, process_started = this_process()
    other = aliased(RunRow)
    following = (select(RunRow.id).where(RunRow.state == QUEUED, ~exists().where(other.state.in_(TRAINING)))
                 .order_by(RunRow.created, RunRow.id).limit(1))
    with reading() as session:  # mostly there is nothing to claim, and nobody has to wait for that
        if session.scalar(following) is None:
            return None
    now = time.time()
    with writing() as session:
        lock(session)
        run_id = session.scalar(following)
        if run_id is not None:
            session.execute(update(RunRow).where(RunRow.id == run_id).values(
                state=RUNNING, started=now, heartbeat=now, host=host, process=process, process_started=process_started))
        return run_id


def any_queued() -> bool:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(RunRow).where(RunRow.state == QUEUED)) != 0


def ask_to_stop(run_id: str, note: str = "") -> str:
    """Ask a run to stop; its state then. A queued one stops at once; one that has ended stays as it is."""
    now = time.time()
    with writing() as session:
        row = session.get(RunRow, run_id, with_for_update=True)
        if row is None:
            raise unknown(run_id)
        if row.state == QUEUED:
            row.state, row.finished, row.note = STOPPED, now, "It was stopped before it began. There is no model to save."
        elif row.state == RUNNING:
            row.state, row.note = STOPPING, note
        return row.state


def beat(run_id: str) -> None:
    """Tell that the run's process is alive."""
    with writing() as session:
        session.execute(update(RunRow).where(RunRow.id == run_id, RunRow.state.in_(TRAINING)).values(heartbeat=time.time()))


def state_of(run_id: str) -> str | None:
    with reading() as session:
        return session.scalar(select(RunRow.state).where(RunRow.id == run_id))


def end(run_id: str, state: str, **values: Any) -> bool:
    """A training run's end; False if it was not (or no longer) this process's to end."""
    _, process, process_started = this_process()
    with writing() as session:
        return changed(session, update(RunRow).where(
            RunRow.id == run_id, RunRow.state.in_(TRAINING), RunRow.process == process, RunRow.process_started == process_started,
        ).values(state=state, finished=time.time(), **values)) == 1


def store_events(run_id: str, rows: Sequence[dict[str, Any]], progress: dict[str, Any] | None) -> None:
    """Append events, and note the latest progress."""
    with writing() as session:
        if rows:
            session.execute(insert(EventRow), [{"run": run_id, **row} for row in rows])
        if progress is not None:
            session.execute(update(RunRow).where(RunRow.id == run_id).values(progress=progress))


def last_seq(run_id: str) -> int:
    with reading() as session:
        return session.scalar(select(func.max(EventRow.seq)).where(EventRow.run == run_id)) or 0


def forget(run_id: str) -> str:
    """Remove a run and its events unless it trains; the state it had."""
    with writing() as session:
        row = session.get(RunRow, run_id, with_for_update=True)
        if row is None:
            raise unknown(run_id)
        state = row.state
        if state not in TRAINING:
            session.execute(delete(EventRow).where(EventRow.run == run_id))
            session.delete(row)
        return state


def set_name(run_id: str, name: str) -> None:
    _set(run_id, name=name)


def set_saved_as(run_id: str, name: str | None) -> None:
    _set(run_id, saved_as=name)


def _set(run_id: str, **values: Any) -> None:
    with writing() as session:
        if not changed(session, update(RunRow).where(RunRow.id == run_id).values(**values)):
            raise unknown(run_id)
