"""A whole file answered in the background. The job lives in a folder under home, so a reload or a second tab loses nothing.

jobs/<id>/job.json      what is asked and how far it is (replaced as a whole)
jobs/<id>/answers.jsonl one line for each answered row, in order (only ever appended to)
jobs/<id>/stop          somebody asked it to stop
jobs/<id>/alive         touched every two seconds by the process that works on it
Nothing is drawn here: pages read `get(id)` and draw it.
"""

import json
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import StudioError
from studio.answer_table import Answered
from studio.errors import record
from studio.file_worker import answer_rows, rows_of

ACTIVE = ("queued", "starting", "running")
STALE_AFTER = 10.0  # seconds without a sign of life
_slot = threading.Lock()  # one file at a time: two models on the same cores are slower than one after the other
_wanted = threading.Event()  # set at shutdown


@dataclass(frozen=True)
class Job:
    """A file and what was asked of it. `columns` maps the task's inputs to the file's columns."""

    id: str
    task: str
    model: str
    name: str
    dataset: str
    columns: dict[str, str]
    options: dict[str, Any]
    total: int
    done: int = 0
    failed: int = 0
    state: str = "queued"
    created: str = ""
    seconds: float = 0.0  # spent on answering, over all tries
    error: dict[str, str] | None = field(default=None)

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def rows_per_second(self) -> float | None:
        return self.done / self.seconds if self.seconds > 0 and self.done else None

    @property
    def seconds_left(self) -> float | None:
        return (self.total - self.done) / self.rows_per_second if self.rows_per_second else None


def start(task: str, model: str, dataset: str, name: str, columns: dict[str, str], options: dict[str, Any], total: int) -> str:
    """Queue a job over a stored data set and return its id. Raises StudioError if no row or no column is given."""
    if not total:
        raise StudioError(f"{name} has no rows.", "Choose a file with at least one row below its header.")
    if not columns:
        raise StudioError("No column was chosen.", "Pick the column that holds the input.")
    identity = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    job = Job(identity, task, model, name, dataset, dict(columns), dict(options), total, created=datetime.now(UTC).isoformat())
    _folder(identity).mkdir(parents=True)
    _write(job)
    _launch(job)
    return identity


def get(identity: str) -> Job:
    """The job as it stands. One whose process is gone is `interrupted`."""
    job = _read(identity)
    return replace(job, state="interrupted") if job.active and not _is_alive(identity) else job


def jobs(task: str) -> list[Job]:
    """All jobs of a task, newest first; folders that hold no readable job are passed over."""
    found = []
    for path in sorted(_root().glob("*/job.json"), reverse=True):
        try:
            job = get(path.parent.name)
        except StudioError:
            continue
        if job.task == task:
            found.append(job)
    return found


def stop(identity: str) -> None:
    """Ask it to stop; what is answered stays."""
    _read(identity)
    (_folder(identity) / "stop").touch()


def go_on(identity: str) -> None:
    """Go on after the last answered row of a stopped, failed or interrupted job."""
    job = get(identity)
    if job.active or job.state == "finished":
        return
    (_folder(identity) / "stop").unlink(missing_ok=True)
    job = replace(job, state="queued", error=None)
    _write(job)
    _launch(job)


def delete(identity: str) -> None:
    """Forget the job and its answers; the upload stays."""
    if get(identity).active:
        raise StudioError("This file is still being answered.", "Stop it first.")
    shutil.rmtree(_folder(identity))


def answered(identity: str, most: int | None = None) -> list[Answered]:
    """What there is so far, one for each row from the first on; at most so many."""
    path = _folder(identity) / "answers.jsonl"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return [Answered(**json.loads(line)) for line in islice(lines, most) if line.endswith("\n")]


def shutdown() -> None:
    """Tell every worker of this process to stop; called once when the server ends."""
    _wanted.set()


# Below: the worker's side


def _launch(job: Job) -> None:
    (_folder(job.id) / "alive").touch()
    _wanted.clear()
    # Not a daemon: torch aborts the process when a daemon thread is torn down in the middle of its work.
    threading.Thread(target=_work, args=(job,), name=f"file-{job.id}", daemon=False).start()


def _work(job: Job) -> None:
    folder = _folder(job.id)

    def should_stop() -> bool:
        return (folder / "stop").exists() or _closing()

    with _sign_of_life(folder):
        try:
            with _turn(should_stop) as mine:
                job = _answer(job, should_stop) if mine else replace(job, state="stopped")
        except StudioError as error:
            job = replace(_read(job.id), state="failed", error={"message": error.message, "hint": error.hint})
        except OSError as error:
            record(error)
            job = replace(_read(job.id), state="failed", error=_disk_error(error))
        except Exception as error:
            hint = f"The log says more under the number {record(error)}. What is answered is kept; try to go on, or another model."
            job = replace(_read(job.id), state="failed", error={"message": "Answering the file failed.", "hint": hint})
        if _closing() and job.state == "stopped" and not (folder / "stop").exists():
            job = replace(job, state="interrupted")
        try:
            _write(job)
        except OSError as error:  # a full disk: without a sign of life the job counts as interrupted, and can go on
            record(error)


def _answer(job: Job, should_stop: Any) -> Job:
    from engine.data import open_dataset
    from engine.tasks import task_class

    before = answered(job.id)
    _trim(job.id, len(before))
    job = replace(job, state="starting", done=len(before), failed=sum(item.error is not None for item in before))
    _write(job)
    frame = open_dataset(job.dataset).frame()
    task = task_class(job.task)(job.model)
    rows = rows_of(frame, job.columns)
    job = replace(job, state="running", total=len(rows))
    _write(job)
    started, spent = time.monotonic(), job.seconds
    with (_folder(job.id) / "answers.jsonl").open("a", encoding="utf-8", newline="\n") as file:
        for part in answer_rows(task, rows[job.done:], job.options, should_stop):
            file.writelines(json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in part)
            file.flush()
            job = replace(job, done=job.done + len(part), failed=job.failed + sum(item.error is not None for item in part),
                          seconds=spent + time.monotonic() - started)
            _write(job)
    return replace(job, state="finished" if job.done >= job.total else "stopped")


def _trim(identity: str, rows: int) -> None:
    """Cut off a half-written last line, so that what is appended starts on its own line."""
    path = _folder(identity) / "answers.jsonl"
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        whole = path.read_bytes().splitlines(keepends=True)[:rows]
        path.write_bytes(b"".join(whole))


def _closing() -> bool:
    return _wanted.is_set() or not threading.main_thread().is_alive()


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


def _is_alive(identity: str) -> bool:
    sign = _folder(identity) / "alive"
    return sign.exists() and time.time() - sign.stat().st_mtime < STALE_AFTER


def _disk_error(error: OSError) -> dict[str, str]:
    return {"message": f"The answers could not be written: {error.strerror or 'the disk refused'}.",
            "hint": "Free some disk space, then go on; what is answered is kept."}


def _root() -> Path:
    folder = paths.home() / "jobs"
    folder.mkdir(exist_ok=True)
    return folder


def _folder(identity: str) -> Path:
    if not identity or not all(letter.isalnum() or letter == "-" for letter in identity):
        raise StudioError(f"There is no file job {identity!r}.", "Start it again from the task's page.")
    return _root() / identity


def _read(identity: str) -> Job:
    try:
        return Job(**json.loads((_folder(identity) / "job.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise StudioError(f"There is no file job {identity!r}.", "Start it again from the task's page.") from None


def _write(job: Job) -> None:
    folder = _folder(job.id)
    fresh = folder / f"job.{threading.get_ident()}.tmp"
    fresh.write_text(json.dumps(asdict(job), ensure_ascii=False), encoding="utf-8")
    for patience in (0.02, 0.1, 0.5, None):
        try:
            os.replace(fresh, folder / "job.json")
            return
        except PermissionError:  # Windows: somebody reads it right now
            if patience is None:
                raise
            time.sleep(patience)
