"""Time and memory of a training, measured beside the pages so that none of them waits. Nothing is drawn here.

Results are kept for this server process; the run keeps its own estimate in the database.
"""

import json
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.errors import StudioError
from studio.errors import record

if TYPE_CHECKING:
    from engine.training.estimate import Estimate

FORGOTTEN_AFTER = 15.0  # seconds since a page last asked; the reader is elsewhere, so it is not measured any more
KEPT = 200


@dataclass(frozen=True)
class Question:
    """What would be trained. `settings` is JSON, so that equal settings are one question."""

    task: str
    variant: str
    dataset: str
    model: str
    settings: str

    @classmethod
    def of(cls, task: str, variant: str, dataset: str, model: str, settings: dict[str, Any]) -> "Question":
        return cls(task, variant, dataset, model, json.dumps(settings, sort_keys=True))


@dataclass(frozen=True)
class Measured:
    """An estimate, or the sentence that says why there is none."""

    estimate: "Estimate | None" = None
    problem: str = ""
    hint: str = ""


_found: dict[Question, Measured] = {}
_wanted: dict[Question, float] = {}
_lock = threading.Lock()
_worker: threading.Thread | None = None
_held = threading.Event()  # something trains: two at once would slow each other down and measure nothing true


def ask(question: Question) -> Measured | None:
    """What was measured; None while it is being measured, which the first question starts."""
    global _worker
    with _lock:
        if question in _found:
            return _found[question]
        _wanted[question] = time.monotonic()
        if _worker is None or not _worker.is_alive():
            _worker = threading.Thread(target=_work, name="estimates", daemon=False)
            _worker.start()
    return None


def known(question: Question) -> Measured | None:
    """What was measured, without starting anything."""
    with _lock:
        return _found.get(question)


def state_words() -> str:
    """Why there is no estimate yet."""
    return "measured once the running training has ended" if _held.is_set() else "measuring"


def _work() -> None:
    while (question := _next()) is not None:
        measured = _measure(question)
        with _lock:
            _wanted.pop(question, None)
            if measured is not None:
                _found[question] = _found[_resolved(question, measured)] = measured
            while len(_found) > KEPT:
                _found.pop(next(iter(_found)))


def _resolved(question: Question, measured: Measured) -> Question:
    """The same question with the method that "auto" turned out to be, so that it is not measured a second time."""
    if measured.estimate is None:
        return question
    return replace(question, settings=json.dumps({**json.loads(question.settings), "method": measured.estimate.method}, sort_keys=True))


def _next() -> Question | None:
    """The one asked for first that a page still waits for; None ends the worker."""
    global _worker
    with _lock:
        now = time.monotonic()
        for question in [item for item, asked in _wanted.items() if now - asked > FORGOTTEN_AFTER]:
            del _wanted[question]
        if not _wanted or not threading.main_thread().is_alive():
            _worker = None
            return None
        return next(iter(_wanted))


def _measure(question: Question) -> Measured | None:
    try:
        from engine import data, preferences, runs
        from engine.tasks import task_class
        from engine.training.settings import Settings

        if runs.list(limit=1, states=["running", "stopping"]):
            _held.set()
            time.sleep(1.0)
            return None
        _held.clear()
        variant = task_class(question.task).variant(question.variant)
        params = data.open_dataset(question.dataset).params(variant)
        settings = Settings.of(json.loads(question.settings))
        from engine.inference.cache import loaded  # late: these load torch
        from engine.training.estimate import estimate

        model = loaded(question.model).trainable(question.task)
        return Measured(estimate(model, question.task, variant.name, params, settings, threads=preferences.training_threads()))
    except StudioError as error:
        return Measured(problem=error.message, hint=error.hint)
    except Exception as error:
        record(error)
        return Measured(problem="could not be measured")
