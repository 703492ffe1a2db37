"""Rows in, answers out, in parts that take about a second; a row that fails carries its error and the others go on."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import Stopped, StudioError
from studio.answer_table import Answered, as_json
from studio.errors import record

if TYPE_CHECKING:
    import pandas as pd

FIRST_PART, LARGEST_PART = 16, 2048
PART_SECONDS = 1.5
GIVE_UP_AFTER = 20  # rows in a row that failed for a reason that is not theirs


def rows_of(frame: "pd.DataFrame", columns: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows as the task takes them: {input: cell}, None where a cell is empty."""
    chosen = frame[list(dict.fromkeys(columns.values()))].astype(object)
    return [{name: row[column] for name, column in columns.items()} for row in chosen.where(chosen.notna(), None).to_dict("records")]


def answer_rows(task: Any, rows: Sequence[dict[str, Any]], options: dict[str, Any],
                should_stop: Callable[[], bool]) -> Iterator[list[Answered]]:
    """Parts of answers in the order of the rows; ends early once `should_stop()` says yes."""
    start, size, broken = 0, FIRST_PART, 0
    while start < len(rows) and not should_stop():
        part, began = rows[start:start + size], time.monotonic()
        answers = _answer_part(task, part, options)
        yield answers
        start += len(part)
        broken = broken + len(part) if all(item.error == UNKNOWN for item in answers) else 0
        if broken >= GIVE_UP_AFTER:
            raise StudioError(f"{broken} rows one after the other could not be answered.", "The log says why; try another model.")
        size = _next_size(len(part), time.monotonic() - began)


UNKNOWN = "The model could not answer this row."


def _answer_part(task: Any, rows: Sequence[dict[str, Any]], options: dict[str, Any]) -> list[Answered]:
    """All rows at once; if that fails, what can be answered at once, then what cannot, row by row."""
    wrong = {place: error for place, row in enumerate(rows) if (error := _row_error(task, row))}
    good = [row for place, row in enumerate(rows) if place not in wrong]
    answers = iter(_answer_good(task, good, options))
    return [Answered(error=wrong[place]) if place in wrong else next(answers) for place in range(len(rows))]


def _answer_good(task: Any, rows: list[dict[str, Any]], options: dict[str, Any]) -> list[Answered]:
    if not rows:
        return []
    try:
        return [Answered(as_json(answer)) for answer in task.answer(rows, **options)]
    except Stopped:
        raise
    except Exception as error:
        if len(rows) == 1:
            return [Answered(error=_said(error))]
    half = len(rows) // 2
    return _answer_good(task, rows[:half], options) + _answer_good(task, rows[half:], options)


def _row_error(task: Any, row: dict[str, Any]) -> str | None:
    """Why this row cannot be asked: a cell is missing or of the wrong kind."""
    for declared in task.inputs:
        try:
            value = declared.check(row.get(declared.name, declared.default))
        except StudioError as error:
            return error.message
        if declared.required and isinstance(value, str) and not value.strip():
            return f"{declared.label} is missing."
    return None


def _said(error: Exception) -> str:
    if isinstance(error, StudioError):
        return error.message
    record(error)
    return UNKNOWN


def _next_size(size: int, seconds: float) -> int:
    """As many rows as PART_SECONDS allow, at most four times as many as before."""
    fitting = int(size * PART_SECONDS / max(seconds, 1e-6))
    return max(1, min(fitting, size * 4, LARGEST_PART))
