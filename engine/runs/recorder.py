"""Takes a training's events from its thread and writes them in batches from another one, which also tells that the run is alive."""

import logging
import threading
import time
from dataclasses import asdict
from typing import Any

from engine.errors import StudioError
from engine.runs import changes
from engine.runs.records import RUNNING
from engine.training.events import Event, Log, Progress

FLUSH_SECONDS = 0.3
LOOK_SECONDS = 0.6
BEAT_SECONDS = 2.0
MOST_WAITING = 50_000  # events kept in memory while the database cannot be written

_log = logging.getLogger(__name__)


class Recorder:
    """`report` and `should_stop` for one run. Neither waits for the database: a thread of its own reads and writes that."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self._asked = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._rows: list[dict[str, Any]] = []
        self._progress: Progress | None = None
        self._seq = changes.last_seq(run_id)
        self._thread = threading.Thread(target=self._pulse, name=f"pulse of run {run_id}", daemon=True)

    def __enter__(self) -> "Recorder":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Write what is left."""
        self._ended.set()
        self._thread.join()
        self._flush()

    def report(self, event: Event) -> None:
        """Note an event; it is in the database within about a third of a second."""
        with self._lock:
            if isinstance(event, Progress):
                self._progress = event
            elif len(self._rows) < MOST_WAITING:
                self._seq += 1
                self._rows.append(_row(self._seq, event))

    def log(self, text: str, level: str = "info") -> None:
        self.report(Log(level, text))

    def should_stop(self) -> bool:
        return self._asked.is_set()

    def stop(self) -> None:
        """Let `should_stop` say yes from now on, without waiting for the next look into the database."""
        self._asked.set()

    def _pulse(self) -> None:
        looked = beaten = time.monotonic()
        while not self._ended.wait(FLUSH_SECONDS):
            now = time.monotonic()
            self._flush()
            try:
                if now - looked >= LOOK_SECONDS:
                    looked = now
                    if changes.state_of(self.run_id) != RUNNING:  # stopping, or taken away from us
                        self._asked.set()
                if now - beaten >= BEAT_SECONDS:
                    beaten = now
                    changes.beat(self.run_id)
            except Exception:
                _log.exception("run %s could not look into the database", self.run_id)

    def _flush(self) -> None:
        with self._lock:
            rows, progress = self._rows, self._progress
            self._rows, self._progress = [], None
        if not rows and progress is None:
            return
        try:
            changes.store_events(self.run_id, rows, asdict(progress) if progress else None)
        except Exception as error:
            _log.warning("run %s keeps %d events in memory: %s", self.run_id, len(rows), error, exc_info=not isinstance(error, StudioError))
            with self._lock:
                self._rows = rows + self._rows
                self._progress = self._progress or progress


def _row(seq: int, event: Event) -> dict[str, Any]:
    """All keys in every row, so that a batch is one statement."""
    row: dict[str, Any] = dict.fromkeys(("curve", "step", "epoch", "value", "level", "text"))
    row |= asdict(event) | {"seq": seq, "time": time.time(), "kind": type(event).__name__.lower()}
    if row["value"] is not None:
        row["value"] = float(row["value"])
    return row
