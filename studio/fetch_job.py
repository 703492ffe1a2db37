"""Models on their way to this disk, in the background. No Streamlit here; two tabs that want the same model share one fetch."""

import threading
from dataclasses import dataclass, replace

from engine.errors import Stopped, StudioError
from engine.models import fetching
from engine.models.fetch_progress import FetchProgress, FetchWatch
from studio.errors import record

Key = tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """A fetch that is under way, or failed: then `error` says why. One that is done or was stopped is no job any more."""

    progress: FetchProgress
    stop: threading.Event
    error: StudioError | None = None


_jobs: dict[Key, Job] = {}
_lock = threading.Lock()


def get(model: str) -> Job | None:
    """The job that fetches this model, or another one that is made of the same files."""
    return _jobs.get(fetching.addresses(model))


def start(model: str) -> Job:
    """Begin, or join the fetch that is under way."""
    key = fetching.addresses(model)
    with _lock:
        job = _jobs.get(key)
        if job is None or job.error:
            job = _jobs[key] = Job(FetchProgress(f"Fetching {model}"), threading.Event())
            # Not a daemon: what is unpacked is unpacked by torch, which aborts the process when it is torn down in its work.
            threading.Thread(target=_fetch, args=(key, model, job), name=f"fetch-{model}", daemon=False).start()
        return job


def stop(model: str) -> None:
    """End the fetch of a model, for all that wait for it. Its thread winds down by itself; what it completed stays."""
    with _lock:
        if job := _jobs.pop(fetching.addresses(model), None):
            job.stop.set()


def forget(model: str) -> None:
    """Drop a fetch that failed, so that the next one starts anew."""
    with _lock:
        job = _jobs.get(fetching.addresses(model))
        if job and job.error:
            del _jobs[fetching.addresses(model)]


def shutdown() -> None:
    """Tell all fetches to end; called once when the server does."""
    for job in list(_jobs.values()):
        job.stop.set()


def _fetch(key: Key, model: str, job: Job) -> None:
    def closing() -> bool:
        return job.stop.is_set() or not threading.main_thread().is_alive()

    error: StudioError | None = None
    try:
        fetching.fetch(model, FetchWatch(lambda progress: _note(key, job, progress=progress), closing))
    except Stopped:
        pass
    except StudioError as found:
        error = found
    except Exception as found:  # shown as one sentence; the log has the rest
        error = StudioError(f"{model} could not be fetched.", f"The log says more under the number {record(found)}.")
    if error and not job.stop.is_set():
        _note(key, job, error=error)
        return
    with _lock:
        if (there := _jobs.get(key)) and there.stop is job.stop:
            del _jobs[key]


def _note(key: Key, job: Job, progress: FetchProgress | None = None, error: StudioError | None = None) -> None:
    """Keep what is new, unless the job was stopped and another one took its place."""
    with _lock:
        there = _jobs.get(key)
        if there and there.stop is job.stop:
            _jobs[key] = replace(there, progress=progress or there.progress, error=error)
