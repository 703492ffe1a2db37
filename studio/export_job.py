"""Building a download beside the pages: a zip is only offered after its own golden answers came out of it in a fresh process.

No Streamlit here. A job that is lost with the process costs nothing: a verified zip stays in the cache, and asking again finds it.
"""

import threading
import time
from dataclasses import dataclass, replace
from typing import Any

from engine import hub
from engine.errors import StudioError
from engine.hub import export
from engine.training.events import Log, Progress
from studio.errors import record


@dataclass(frozen=True)
class Job:
    """state: "working", "ready" or "failed". text: what is being done, or what went wrong."""

    state: str
    text: str
    began: float
    built: export.Export | None = None
    hint: str = ""


_jobs: dict[tuple[str, str], Job] = {}
_lock = threading.Lock()


def get(card: hub.Card) -> Job | None:
    """The job of this very model (its weights, not only its name); one that was ready before this process too. None: not asked for."""
    job = _jobs.get((card.name, card.fingerprint))
    if job and job.state != "ready":
        return job
    found = export.ready(card.name)
    return Job("ready", "Ready", time.monotonic(), found) if found else None


def start(card: hub.Card) -> Job:
    """Begin, or join the job that is at work already."""
    key = (card.name, card.fingerprint)
    with _lock:
        job = get(card)
        if job and job.state != "failed":
            return job
        _jobs[key] = Job("working", "Starting", time.monotonic())
        threading.Thread(target=_build, args=(key,), name=f"export-{card.name}", daemon=True).start()
        return _jobs[key]


def _build(key: tuple[str, str]) -> None:
    try:
        built = export.build(key[0], report=lambda event: _note(key, text=_words(event)))
        if built.verified:
            _note(key, state="ready", text="Ready", built=built)
        else:
            _note(key, state="failed", text="The zip did not give the same answers in a fresh process, so it is not offered.",
                  hint="Try again; if it fails again, save the model anew from its run.")
    except StudioError as error:
        _note(key, state="failed", text=error.message, hint=error.hint)
    except Exception as error:  # shown as one sentence; the log has the rest
        _note(key, state="failed", text=f"The download could not be made (number {record(error)} in the log).", hint="Try again.")


def _note(key: tuple[str, str], **changes: Any) -> None:
    with _lock:
        _jobs[key] = replace(_jobs[key], **changes)


def _words(event: Any) -> str:
    if isinstance(event, Progress):
        return event.phase[:1].upper() + event.phase[1:]
    return event.text if isinstance(event, Log) else str(event)
