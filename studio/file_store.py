"""Where a file's job is kept, so that a reload, a second tab or a killed server loses nothing.

jobs/<id>/job.json      what is asked and how far it is (replaced as a whole)
jobs/<id>/answers.jsonl one line for each answered row, in order (only ever appended to)
jobs/<id>/answers-<rows>.<kind> a file to download, made from the first so many rows (`download_job`)
jobs/<id>/stop          somebody asked it to stop
jobs/<id>/alive         touched every two seconds by the process that works on it
"""

import base64
import json
import os
import threading
import time
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import StudioError
from studio.answer_table import Answered, is_vector

ACTIVE = ("queued", "starting", "running")
STALE_AFTER = 10.0  # seconds without a sign of life


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


def answers_file(identity: str) -> Path:
    """Where the answers are appended."""
    return folder(identity) / "answers.jsonl"


def answered(identity: str, most: int | None = None) -> Iterator[Answered]:
    """What there is so far, one for each row from the first on; at most so many, each read when it is asked for."""
    if answers_file(identity).exists():
        with answers_file(identity).open(encoding="utf-8") as lines:
            yield from (answer_of(line) for line in islice(lines, most) if line.endswith("\n"))


def line(item: Answered) -> str:
    """An answer as a line of its own. A vector is kept as the bytes of its 32-bit numbers: a quarter of what they take as text."""
    kept = asdict(item)
    if is_vector(item.answer):
        kept["answer"] = None
        kept["vector"] = base64.b64encode(array("f", item.answer).tobytes()).decode("ascii")
    return json.dumps(kept, ensure_ascii=False) + "\n"


def answer_of(line: str) -> Answered:
    """The answer on such a line."""
    kept = json.loads(line)
    if vector := kept.pop("vector", None):
        kept["answer"] = array("f", base64.b64decode(vector)).tolist()
    return Answered(**kept)


def trim(identity: str) -> tuple[int, int]:
    """How many rows are answered, and how many of them failed. A half-written last line is cut off, so that what is appended starts on
    its own."""
    path = answers_file(identity)
    if not path.exists():
        return 0, 0
    rows = failed = whole = 0
    with path.open("rb") as lines:
        for text in lines:
            if text.endswith(b"\n"):
                rows, whole = rows + 1, whole + len(text)
                failed += json.loads(text)["error"] is not None
    os.truncate(path, whole)
    return rows, failed


def is_alive(identity: str) -> bool:
    """Whether some process works on it."""
    sign = folder(identity) / "alive"
    return sign.exists() and time.time() - sign.stat().st_mtime < STALE_AFTER


def root() -> Path:
    """The folder of all jobs."""
    jobs = paths.home() / "jobs"
    jobs.mkdir(exist_ok=True)
    return jobs


def folder(identity: str) -> Path:
    """The job's folder; an id that could lead elsewhere is refused."""
    if not identity or not all(letter.isalnum() or letter == "-" for letter in identity):
        raise StudioError(f"There is no file job {identity!r}.", "Start it again from the task's page.")
    return root() / identity


def read(identity: str) -> Job:
    """The job as it was written last; StudioError if there is none."""
    try:
        return Job(**json.loads((folder(identity) / "job.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise StudioError(f"There is no file job {identity!r}.", "Start it again from the task's page.") from None


def write(job: Job) -> None:
    """Replace the job's state as a whole."""
    target = folder(job.id) / "job.json"
    fresh = target.parent / f"job.{threading.get_ident()}.tmp"
    fresh.write_text(json.dumps(asdict(job), ensure_ascii=False), encoding="utf-8")
    for patience in (0.02, 0.1, 0.5, None):
        try:
            os.replace(fresh, target)
            return
        except PermissionError:  # Windows: somebody reads it right now
            if patience is None:
                raise
            time.sleep(patience)
