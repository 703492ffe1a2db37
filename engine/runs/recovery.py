"""After a crash: runs whose process is gone are marked as interrupted; runs that live elsewhere are left alone."""

import logging
import threading
import time
from dataclasses import dataclass

from sqlalchemy import select, update

from engine.hub.database import changed, reading, writing
from engine.hub.processes import is_alive, this_process
from engine.hub.tables import RunRow
from engine.runs.endings import stored_ending
from engine.runs.records import INTERRUPTED, TRAINING

STALE_SECONDS = 120.0  # a silence after which a run on another computer counts as dead
THREAD_NAME = "training of run "

_NOTE = "The program that trained it ended before it could finish. Repeat it to train again with the same data and settings."
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Owner:
    """The process that trains, or trained, a run."""

    run: str
    host: str | None
    process: int | None
    started: float | None
    heartbeat: float | None


def recover() -> list[str]:
    """Mark orphaned runs `interrupted`; their ids. A run that is alive, here or in another process, is never touched.

    One whose model and result are in its folder has ended, and only could not say so any more: it is marked as what it is.
    """
    with reading() as session:
        owners = [_Owner(row.id, row.host, row.process, row.process_started, row.heartbeat)
                  for row in session.scalars(select(RunRow).where(RunRow.state.in_(TRAINING)))]
    return [owner.run for owner in owners if not _lives(owner) and _interrupt(owner)]


def trains_here(run_id: str) -> bool:
    """Whether a thread of this process trains the run, or claims one just now. Its name tells: it outlives a reload of this module."""
    return any(thread.name in (THREAD_NAME, THREAD_NAME + run_id) for thread in threading.enumerate())


def _lives(owner: _Owner) -> bool:
    here, own_process, own_started = this_process()
    if owner.host != here or owner.process is None or owner.started is None:
        return time.time() - (owner.heartbeat or 0.0) < STALE_SECONDS
    if (owner.process, owner.started) == (own_process, own_started):
        return trains_here(owner.run)
    return is_alive(owner.process, owner.started)


def _interrupt(owner: _Owner) -> bool:
    """Only if its owner is still the one that was found dead."""
    state, values = stored_ending(owner.run) or (INTERRUPTED, {"note": _NOTE})
    with writing() as session:
        done = changed(session, update(RunRow).where(
            RunRow.id == owner.run, RunRow.state.in_(TRAINING), RunRow.process == owner.process, RunRow.process_started == owner.started,
        ).values(state=state, finished=time.time(), **values)) == 1
    if done:
        _log.warning("run %s, whose process is gone, is %s", owner.run, state)
    return done and state == INTERRUPTED
