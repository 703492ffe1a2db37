"""What the pages ask about runs. Everything comes from the database; nothing here imports torch."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from engine.errors import StudioError
from engine.hub.database import reading
from engine.hub.tables import EventRow, RunRow
from engine.runs.records import QUEUED, Run, StoredEvent, to_run
from engine.training.events import Event, Log, Point

Curves = dict[str, list[tuple[int, float]]]


def get(run_id: str) -> Run:
    """The run, with its result."""
    with reading() as session:
        row = session.get(RunRow, run_id, options=[undefer(RunRow.result)])
        if row is None:
            raise unknown(run_id)
        return to_run(row, with_result=True)


def list_runs(limit: int | None = None, states: Iterable[str] | None = None) -> list[Run]:
    """Runs, the newest first, without their results."""
    query = select(RunRow).order_by(RunRow.created.desc(), RunRow.id.desc()).limit(limit)
    if states is not None:
        query = query.where(RunRow.state.in_(tuple(states)))
    with reading() as session:
        return [to_run(row, with_result=False) for row in session.scalars(query)]


def count(states: Iterable[str] | None = None) -> int:
    """How many runs there are."""
    query = select(func.count()).select_from(RunRow)
    if states is not None:
        query = query.where(RunRow.state.in_(tuple(states)))
    with reading() as session:
        return session.scalar(query) or 0


def place_in_queue(run_id: str) -> int | None:
    """1 for the queued run that is next; None for a run that does not wait."""
    with reading() as session:
        waiting = session.scalars(select(RunRow.id).where(RunRow.state == QUEUED).order_by(RunRow.created, RunRow.id)).all()
    return waiting.index(run_id) + 1 if run_id in waiting else None


def events(run_id: str, after: int = 0, kind: str | None = None, limit: int | None = None) -> list[StoredEvent]:
    """Events with a number above `after`, in order. kind: "point" or "log"; the latest progress is in `get(run_id).progress`."""
    query = select(EventRow).where(EventRow.run == run_id, EventRow.seq > after).order_by(EventRow.seq).limit(limit)
    if kind is not None:
        query = query.where(EventRow.kind == kind)
    with reading() as session:
        return [StoredEvent(row.seq, datetime.fromtimestamp(row.time, UTC), _event(row)) for row in session.scalars(query)]


def curves(run_id: str, after_step: int | Mapping[str, int] | None = None, points: int = 1500) -> Curves:
    """{curve: [(step, value), …]} with at most about `points` points a curve, peaks and dips kept.

    after_step: only what is newer: one step for all curves, or each curve's own last one (a curve that is not named comes whole).
    """
    query = select(EventRow.curve, EventRow.step, EventRow.value).where(EventRow.run == run_id, EventRow.kind == "point")
    if isinstance(after_step, int):
        query = query.where(EventRow.step > after_step)
    newer = after_step if isinstance(after_step, Mapping) else {}
    found: Curves = {}
    with reading() as session:
        for curve, step, value in session.execute(query.order_by(EventRow.curve, EventRow.step, EventRow.seq)):
            if curve is not None and step is not None and value is not None and step > newer.get(curve, -1):
                found.setdefault(curve, []).append((step, value))
    return {curve: thin(line, points) for curve, line in found.items()}


def thin(line: list[tuple[int, float]], points: int) -> list[tuple[int, float]]:
    """The lowest and the highest point of each bucket, and both ends; a short line as it is."""
    if len(line) <= max(points, 4):
        return line
    inner = line[1:-1]
    buckets = max((points - 2) // 2, 1)
    kept = [line[0]]
    for bucket in range(buckets):
        part = inner[bucket * len(inner) // buckets:(bucket + 1) * len(inner) // buckets]
        if part:
            low, high = min(part, key=lambda point: point[1]), max(part, key=lambda point: point[1])
            kept += sorted({low, high})
    return [*kept, line[-1]]


def unknown(run_id: str) -> StudioError:
    return StudioError(f"There is no run {run_id!r}.", "It may have been deleted. `python -m engine.runs list` shows all runs.")


def _event(row: EventRow) -> Event:
    if row.kind == "log":
        return Log(row.level or "info", row.text or "")
    return Point(row.curve or "", row.step or 0, row.epoch or 0.0, float("nan") if row.value is None else row.value)
