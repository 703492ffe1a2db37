"""Files of answers to download, made on disk beside the pages. No Streamlit here.

What is lost with the process costs nothing: a finished file lies in the job's folder, and asking again finds it.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine import data
from engine.errors import StudioError
from studio import file_store as store
from studio.answer_files import KINDS, Answers
from studio.errors import record


@dataclass(frozen=True)
class Making:
    """A file that is being made. share: from 0 to 1. failed: what went wrong, in words."""

    share: float = 0.0
    failed: str = ""


_made: dict[tuple[str, str], Making] = {}
_lock = threading.Lock()


def is_quick(job: store.Job, kind: str) -> bool:
    """Whether it is made so fast that nobody needs to see how far it is."""
    return store.answers_file(job.id).stat().st_size < KINDS[kind].per_second


def ready(job: store.Job, kind: str) -> Path | None:
    """The file with all rows that are answered by now, if it was made before."""
    path = _path(job, kind)
    return path if path.is_file() else None


def making(job: store.Job, kind: str) -> Making | None:
    """How far it is; None where nobody asked for it, or it is there."""
    return _made.get((job.id, kind))


def busy(job: store.Job, kinds: Iterable[str]) -> list[str]:
    """Those of the kinds that are being made right now."""
    return [kind for kind in kinds if (made := making(job, kind)) and not made.failed]


def build(job: store.Job, kind: str, report: Callable[[float], None] = lambda share: None) -> Path:
    """Make the file unless it is there. Raises StudioError for what the kind cannot hold, OSError for a full disk."""
    target = _path(job, kind)
    if target.is_file():
        return target
    dataset = data.open_dataset(job.dataset)
    answers = Answers(dataset.frame(), lambda: store.answered(job.id, job.done), job.done, lambda: _items(dataset), report)
    fresh = target.with_suffix(f".{threading.get_ident()}.tmp")
    try:
        KINDS[kind].write(fresh, answers)
        for older in target.parent.glob(f"answers-*.{kind}"):
            older.unlink()
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
    return target


def start(job: store.Job, kind: str) -> None:
    """Make it in the background; who asks again joins."""
    key = (job.id, kind)
    with _lock:
        if (before := _made.get(key)) is not None and not before.failed:
            return
        _made[key] = Making()
    threading.Thread(target=_work, args=(job, kind), name=f"download-{job.id}", daemon=True).start()


def _work(job: store.Job, kind: str) -> None:
    key = (job.id, kind)
    try:
        build(job, kind, lambda share: _note(key, share))
        with _lock:
            del _made[key]
    except StudioError as error:
        _made[key] = Making(failed=f"{error.message} {error.hint}")
    except Exception as error:
        way = "Free some disk space and try again." if isinstance(error, OSError) else "Another kind of file may work."
        _made[key] = Making(failed=f"The file could not be made (number {record(error)} in the log). {way}")


def _note(key: tuple[str, str], share: float) -> None:
    _made[key] = replace(_made[key], share=share)


def _path(job: store.Job, kind: str) -> Path:
    return store.folder(job.id) / f"answers-{job.done}.{kind}"


def _items(dataset: data.Dataset) -> Iterator[dict[str, Any] | None]:
    """The rows with the values that the file has: numbers stay numbers, where a table of cells has texts."""
    if dataset.upload.name.lower().endswith((".jsonl", ".ndjson")):
        with dataset.upload.path.open(encoding=dataset.facts.encoding, errors="replace") as lines:  # as it was read
            for line in lines:
                if line.strip():
                    item = json.loads(line.lstrip("\ufeff"))
                    yield item if isinstance(item, dict) else None
