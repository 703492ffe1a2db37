"""What the world sees of a run: frozen values, never database rows."""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from engine import words
from engine.hub.tables import RunRow
from engine.training.events import Event, Progress
from engine.training.results import Result

QUEUED, RUNNING, STOPPING = "queued", "running", "stopping"
FINISHED, STOPPED, FAILED, INTERRUPTED = "finished", "stopped", "failed", "interrupted"
STATES = (QUEUED, RUNNING, STOPPING, FINISHED, STOPPED, FAILED, INTERRUPTED)
TRAINING = (RUNNING, STOPPING)  # a process works on it
OPEN = (QUEUED, *TRAINING)  # it will still change


@dataclass(frozen=True)
class Run:
    """One training run.

    note: what its end means, such as "The best weights so far can be saved.". metrics and seconds: the result's, also in
    `list()`, which leaves `result` itself out. has_model: there are trained weights to try and to save.
    data: {fingerprint, rows, columns, dataset, name}. estimate: as given at the start, see `Estimate`. Times are in UTC.
    """

    id: str
    name: str
    task: str
    variant: str
    model: str
    method: str
    state: str
    note: str
    created: datetime
    started: datetime | None
    finished: datetime | None
    heartbeat: datetime | None
    progress: Progress | None
    settings: dict[str, Any]
    data: dict[str, Any]
    estimate: dict[str, Any] | None
    metrics: dict[str, float]
    seconds: float | None
    has_model: bool
    result: Result | None
    error: dict[str, str] | None
    origin: str | None
    saved_as: str | None

    @property
    def is_open(self) -> bool:
        """Whether it waits or trains, so that looking again is worthwhile."""
        return self.state in OPEN

    @property
    def state_text(self) -> str:
        """The state in words."""
        if self.state == RUNNING and self.progress:
            epoch = f", epoch {self.progress.epoch} of {self.progress.epochs}" if self.progress.epoch and self.progress.epochs else ""
            return f"{self.progress.phase[:1].upper()}{self.progress.phase[1:]}{epoch}"
        if self.state == FINISHED and self.seconds is not None:
            return f"Finished in {words.duration(self.seconds)}"
        if self.state == FAILED and self.error:
            return f"Failed: {self.error['message']}"
        says = {QUEUED: "Waiting for its turn", RUNNING: "Starting", STOPPING: "Stopping", FINISHED: "Finished", STOPPED: "Stopped",
                FAILED: "Failed", INTERRUPTED: "Interrupted"}
        return says[self.state]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, as the command line prints it."""
        values = asdict(self)
        for key in ("created", "started", "finished", "heartbeat"):
            values[key] = values[key].isoformat(timespec="seconds") if values[key] else None
        values["state_text"] = self.state_text
        return values


@dataclass(frozen=True)
class StoredEvent:
    """A line of a run's log or a point of a curve, with its number in the run (from 1) and its time in UTC."""

    seq: int
    time: datetime
    event: Event


def to_run(row: RunRow, with_result: bool) -> Run:
    """A row's values; `with_result` reads the result too, which may be some hundred kB."""
    result = Result.from_dict(row.result) if with_result and row.result else None
    summary = row.summary or {}
    return Run(
        id=row.id, name=row.name, task=row.task, variant=row.variant, model=row.model, method=row.method, state=row.state, note=row.note,
        created=moment(row.created) or datetime.now(UTC), started=moment(row.started), finished=moment(row.finished),
        heartbeat=moment(row.heartbeat), progress=Progress(**row.progress) if row.progress else None, settings=row.settings, data=row.data,
        estimate=row.estimate, metrics=summary.get("metrics", {}), seconds=summary.get("seconds"), has_model=bool(summary.get("has_model")),
        result=result, error=row.error, origin=row.origin, saved_as=row.saved_as,
    )


def moment(seconds: float | None) -> datetime | None:
    """Seconds since 1970 as a date in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def valid_id(run_id: str) -> bool:
    """Whether this can be a run's id: it names a folder, so nothing else is let through."""
    return bool(re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4,}", run_id))
