"""A whole file answered in the background. Nothing is drawn here: pages read `get(id)` and draw it."""

import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine import disk
from engine.errors import Stopped, StudioError
from studio import file_store as store
from studio.errors import record
from studio.file_store import Job, answered
from studio.file_worker import Reading, answer_rows

__all__ = ["Job", "answered", "delete", "get", "go_on", "jobs", "shutdown", "start", "stop"]

_slot = threading.Lock()  # one file at a time: two models on the same cores are slower than one after the other
_ending = threading.Event()  # set at shutdown


def start(task: str, model: str, dataset: str, name: str, columns: dict[str, str], options: dict[str, Any], total: int) -> str:
    """Queue a job over a stored data set and return its id. Raises StudioError if no row or no column is given."""
    if not total:
        raise StudioError(f"{name} has no rows.", "Choose a file with at least one row below its header.")
    if not columns:
        raise StudioError("No column was chosen.", "Pick the column that holds the input.")
    identity = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    job = Job(identity, task, model, name, dataset, dict(columns), dict(options), total, created=datetime.now(UTC).isoformat())
    store.folder(identity).mkdir(parents=True)
    store.write(job)
    _launch(job)
    return identity


def get(identity: str) -> Job:
    """The job as it stands. One whose process is gone is `interrupted`."""
    job = store.read(identity)
    return replace(job, state="interrupted") if job.active and not store.is_alive(identity) else job


def jobs(task: str | None = None) -> list[Job]:
    """All jobs, or those of a task, newest first; folders that hold no readable job are passed over."""
    found = []
    for path in sorted(store.root().glob("*/job.json"), reverse=True):
        try:
            job = get(path.parent.name)
        except StudioError:
            continue
        if task in (None, job.task):
            found.append(job)
    return found


def stop(identity: str) -> None:
    """Ask it to stop; what is answered stays."""
    store.read(identity)
    (store.folder(identity) / "stop").touch()


def go_on(identity: str) -> None:
    """Go on after the last answered row of a stopped, failed or interrupted job."""
    job = get(identity)
    if job.active or job.state == "finished":
        return
    (store.folder(identity) / "stop").unlink(missing_ok=True)
    job = replace(job, state="queued", error=None)
    store.write(job)
    _launch(job)


def delete(identity: str) -> int:
    """Forget the job and its answers, and give the bytes that are free now; the upload stays."""
    if get(identity).active:
        raise StudioError("This file is still being answered.", "Stop it first.")
    freed = disk.size_of(store.folder(identity))
    shutil.rmtree(store.folder(identity))
    return freed


def shutdown() -> None:
    """Tell every worker of this process to stop; called once when the server ends."""
    _ending.set()


# Below: the worker's side


def _launch(job: Job) -> None:
    (store.folder(job.id) / "alive").touch()
    _ending.clear()
    # Not a daemon: torch aborts the process when a daemon thread is torn down in the middle of its work.
    threading.Thread(target=_work, args=(job,), name=f"file-{job.id}", daemon=False).start()


def _work(job: Job) -> None:
    folder = store.folder(job.id)

    def should_stop() -> bool:
        return (folder / "stop").exists() or _closing()

    with _sign_of_life(folder):
        try:
            with _turn(should_stop) as mine:
                job = _answer(job, should_stop) if mine else replace(job, state="stopped")
        except Stopped:
            job = replace(store.read(job.id), state="stopped")
        except StudioError as error:
            job = replace(store.read(job.id), state="failed", error={"message": error.message, "hint": error.hint})
        except OSError as error:
            record(error)
            job = replace(store.read(job.id), state="failed", error=_disk_error(error))
        except Exception as error:
            hint = f"The log says more under the number {record(error)}. What is answered is kept; try to go on, or another model."
            job = replace(store.read(job.id), state="failed", error={"message": "Answering the file failed.", "hint": hint})
        if _closing() and job.state == "stopped" and not (folder / "stop").exists():
            job = replace(job, state="interrupted")
        try:
            store.write(job)
        except OSError as error:  # a full disk: without a sign of life the job counts as interrupted, and can go on
            record(error)


def _answer(job: Job, should_stop: Any) -> Job:
    from engine.data import open_dataset
    from engine.models import fetching
    from engine.models.fetch_progress import FetchWatch
    from engine.tasks import task_class

    done, failed = store.trim(job.id)
    job = replace(job, state="starting", done=done, failed=failed)
    store.write(job)
    dataset = open_dataset(job.dataset)
    frame = dataset.frame()
    fetching.fetch(job.model, FetchWatch(should_stop=should_stop))
    task = task_class(job.task)(job.model)
    reading = Reading(task, job.columns, dataset.files())
    job = replace(job, state="running", total=len(frame))
    store.write(job)
    started, spent = time.monotonic(), job.seconds
    with store.answers_file(job.id).open("a", encoding="utf-8", newline="\n") as file:
        for part in answer_rows(task, frame, reading, job.options, should_stop, start=job.done):
            file.writelines(map(store.line, part))
            file.flush()
            job = replace(job, done=job.done + len(part), failed=job.failed + sum(item.error is not None for item in part),
                          seconds=spent + time.monotonic() - started)
            store.write(job)
    return replace(job, state="finished" if job.done >= job.total else "stopped")


def _closing() -> bool:
    return _ending.is_set() or not threading.main_thread().is_alive()


@contextmanager
def _turn(should_stop: Any) -> Iterator[bool]:
    """Wait for the slot; False if it was stopped before its turn came."""
    mine = False
    while not mine and not should_stop():
        mine = _slot.acquire(timeout=0.3)
    try:
        yield mine
    finally:
        if mine:
            _slot.release()


@contextmanager
def _sign_of_life(folder: Path) -> Iterator[None]:
    over = threading.Event()

    def tick() -> None:
        while not over.wait(2.0) and folder.exists():
            (folder / "alive").touch()

    (folder / "alive").touch()
    threading.Thread(target=tick, name="file-alive", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _disk_error(error: OSError) -> dict[str, str]:
    return {"message": f"The answers could not be written: {error.strerror or 'the disk refused'}.",
            "hint": "Free some disk space, then go on; what is answered is kept."}
