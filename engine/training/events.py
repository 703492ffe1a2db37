"""What a training says while it runs: plain values that the runs store and the pages read. No torch."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.errors import Stopped

SECONDS_BETWEEN_PROGRESS = 0.25
POINTS_PER_CURVE = 1500


@dataclass(frozen=True)
class Progress:
    """How far a phase is. done and total count rows; eta is in seconds and covers the whole training."""

    phase: str
    done: int
    total: int
    epoch: int | None = None
    epochs: int | None = None
    rows_per_second: float | None = None
    eta: float | None = None


@dataclass(frozen=True)
class Point:
    """One point of a curve: "train_loss", "val_loss" or a metric. epoch may be a fraction (2.5: in the middle of the third)."""

    curve: str
    step: int
    epoch: float
    value: float


@dataclass(frozen=True)
class Log:
    """A line for the run's log. level: "info" or "warning"."""

    level: str
    text: str


Event = Progress | Point | Log
_KINDS: dict[str, type] = {"progress": Progress, "point": Point, "log": Log}


def to_dict(event: Event) -> dict[str, Any]:
    """JSON-ready; the key "kind" tells which event it is."""
    return {"kind": type(event).__name__.lower(), **asdict(event)}


def from_dict(values: Mapping[str, Any]) -> Event:
    """The event that `to_dict` wrote."""
    rest = {name: value for name, value in values.items() if name != "kind"}
    return _KINDS[values["kind"]](**rest)


def ignore(event: Event) -> None:
    """A report that nobody reads."""


def never() -> bool:
    """A `should_stop` that never says yes."""
    return False


class Reporter:
    """Passes events on, no faster than anyone can read, and asks whether to stop."""

    def __init__(self, report: Callable[[Event], None] = ignore, should_stop: Callable[[], bool] = never) -> None:
        self._report = report
        self._should_stop = should_stop
        self._last: tuple[str, float] = ("", 0.0)

    def to_the_end(self) -> "Reporter":
        """The same, but what is done with it is not stopped any more."""
        return Reporter(self._report)

    def stops(self) -> bool:
        """Whether someone asked to stop."""
        return self._should_stop()

    def check_stop(self) -> None:
        """Raise `Stopped` if someone asked for it."""
        if self.stops():
            raise Stopped

    def progress(self, phase: str, done: int, total: int, **rest: Any) -> None:
        """Report at once when a phase begins or ends, in between a few times a second."""
        now = time.monotonic()
        phase_before, then = self._last
        if phase == phase_before and done < total and now - then < SECONDS_BETWEEN_PROGRESS:
            return
        self._last = (phase, now)
        self._report(Progress(phase, done, total, **rest))

    def point(self, curve: str, step: int, epoch: float, value: float) -> None:
        self._report(Point(curve, step, epoch, value))

    def log(self, text: str, level: str = "info") -> None:
        self._report(Log(level, text))
