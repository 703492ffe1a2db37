"""Vectors of any number of rows through a task, in parts that are kept on disk: a cancelled computation goes on where it was."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine import paths
from engine.disk import make_room, write_atomically
from engine.errors import StudioError
from engine.similarity.index import Watch, quiet
from engine.similarity.vectors import Floats
from engine.tasks.base import next_size
from engine.tasks.each import answer_each
from engine.words import plural

if TYPE_CHECKING:
    from engine.tasks import Task

PART = 1_000  # rows that are kept in one file
FIRST = 16  # rows that are asked at first; from then on about a second's worth
CACHE_BYTES = 2_000_000_000
GIVE_UP_AFTER = 20  # rows in a row that failed for a reason that is not theirs
UNKNOWN = "The model could not compute it."
FORMAT = 1  # raise it when what is kept means something else

Row = Mapping[str, Any] | StudioError  # as the task takes it, or why it cannot be asked


@dataclass(frozen=True)
class Computed:
    """vectors (N, D) of the rows that could be computed, whose positions are places (N,); left_out: {position: why} of the others.

    key: the same for the same content through the same model.
    """

    vectors: Floats
    places: NDArray[np.int64]
    left_out: dict[int, str]
    key: str


def vectors(task: "Task", rows: Sequence[Row], watch: Watch = quiet) -> Computed:
    """The vectors of rows through a task that answers with vectors. watch(done, total) may raise, which stops; what is done stays kept.

    StudioError: not one row could be computed.
    """
    model, digest = fingerprint(task), hashlib.sha256()
    found: list[Floats] = []
    places: list[int] = []
    left_out: dict[int, str] = {}
    for start in range(0, len(rows), PART):
        part = rows[start:start + PART]
        key, answers = _part(task, model, part, partial(_report, watch, start, len(part), len(rows)))
        digest.update(key.encode())
        good = [place for place, answer in enumerate(answers) if not isinstance(answer, str)]
        left_out |= {start + place: answer for place, answer in enumerate(answers) if isinstance(answer, str)}
        places += [start + place for place in good]
        if good:
            found.append(np.stack([answers[place] for place in good]))
    if not found:
        raise StudioError(f"None of the {plural(len(rows), 'item')} could be computed.", next(iter(left_out.values()), "Give some items."))
    return Computed(np.concatenate(found), np.array(places, dtype=np.int64), left_out, digest.hexdigest()[:32])


def _report(watch: Watch, start: int, size: int, total: int, share: float) -> None:
    watch(start + round(share * size), total)


def fingerprint(task: "Task") -> str:
    """SHA-256 of all that decides a vector but the item: the task, the model's weights and settings, and the precision."""
    from engine.inference.devices import dtype_for
    from engine.models.fingerprint import add_weights

    model = task.model
    digest = hashlib.sha256(json.dumps([FORMAT, task.name, type(model).__qualname__, str(dtype_for(model.device)), model.config()],
                                       sort_keys=True, default=str).encode())
    add_weights(digest, model)
    return digest.hexdigest()


def _part(task: "Task", model: str, rows: Sequence[Row], report: Callable[[float], None]) -> tuple[str, list[Floats | str]]:
    """(key, of each row its vector or why there is none); what is the same is asked once."""
    marks = [_mark(task, row) for row in rows]
    asked: dict[bytes, int] = {}
    for place, mark in enumerate(marks):
        if isinstance(mark, bytes):
            asked.setdefault(mark, place)
    key = hashlib.sha256(model.encode() + b"".join(mark if isinstance(mark, bytes) else b"-" for mark in marks)).hexdigest()
    file = paths.cache() / "vectors" / f"{key}.npy"
    kept = _load(file, len(asked))
    # A row that failed is kept as NaN and asked again, so that its reason is known.
    todo = [row for place, row in enumerate(asked.values()) if kept is None or np.isnan(kept[place, 0])]
    answers = dict(zip(todo, _answers(task, [rows[place] for place in todo], report), strict=True))
    if kept is not None:
        answers |= {row: kept[place] for place, row in enumerate(asked.values()) if row not in answers}
    elif answers:
        _store(file, [answers[row] for row in asked.values()])
    report(1.0)
    return key, [answers[asked[mark]] if isinstance(mark, bytes) else mark for mark in marks]


def _mark(task: "Task", row: Row) -> bytes | str:
    """The digest of what a row holds, or why it cannot be asked."""
    from engine.images import StoredImage

    if isinstance(row, StudioError):
        return row.message
    digest = hashlib.sha256()
    try:
        for field in task.inputs:
            value = field.check(row.get(field.name, field.default))
            content = StoredImage.of(value) if field.kind == "image" else repr(value).encode("utf-8", "surrogatepass")
            digest.update(f"{field.name} {len(content)} ".encode())
            digest.update(content)
    except StudioError as error:
        return error.message
    return digest.digest()


def _answers(task: "Task", rows: Sequence[Any], report: Callable[[float], None]) -> list[Floats | str]:
    """Of each row its vector or why there is none, some at a time, so that a stop is soon heard."""
    answers: list[Floats | str] = []
    size, broken = FIRST, 0
    while len(answers) < len(rows):
        began = monotonic()
        found = [_vector(answer) for answer in answer_each(task, rows[len(answers):len(answers) + size])]
        answers += found
        broken = broken + len(found) if all(isinstance(answer, str) and answer == UNKNOWN for answer in found) else 0
        if broken >= GIVE_UP_AFTER:
            raise StudioError(f"{broken} items one after the other could not be computed.", "Try another model.")
        size = next_size(len(found), monotonic() - began, most=PART)
        report(len(answers) / len(rows))
    return answers


def _vector(answer: Any) -> Floats | str:
    """The vector, or why there is none."""
    if isinstance(answer, Exception):
        return answer.message if isinstance(answer, StudioError) else UNKNOWN
    found = np.asarray(answer, dtype=np.float32)
    return found if np.isfinite(found).all() else UNKNOWN


def _load(file: Path, count: int) -> Floats | None:
    try:
        values = np.load(file, allow_pickle=False)
        os.utime(file)
    except (OSError, ValueError, EOFError):
        return None
    return values if values.ndim == 2 and len(values) == count and values.dtype == np.float32 else None


def _store(file: Path, answers: Sequence[Floats | str]) -> None:
    """Keep a part. A full disk only means that it is not kept."""
    width = next((len(answer) for answer in answers if not isinstance(answer, str)), 0)
    if not width:
        return
    values = np.stack([np.full(width, np.nan, np.float32) if isinstance(answer, str) else answer for answer in answers])
    try:
        file.parent.mkdir(exist_ok=True)
        make_room(file.parent, CACHE_BYTES - values.nbytes)
        write_atomically(file, lambda stream: np.save(stream, values, allow_pickle=False), "the vectors")
    except (OSError, StudioError):
        return
