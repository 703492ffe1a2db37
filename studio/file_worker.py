"""Rows in, answers out, in parts that take about a second; a row that fails carries its error and the others go on."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine import data
from engine.data import image_archives
from engine.errors import StudioError
from engine.tasks.base import next_size
from engine.tasks.each import answer_each
from studio.answer_table import Answered, answered
from studio.errors import record

if TYPE_CHECKING:
    import pandas as pd

FIRST_PART, LARGEST_PART = 8, 2048
PART_SECONDS = 1.5
GIVE_UP_AFTER = 20  # rows in a row that failed for a reason that is not theirs


Row = dict[str, Any] | StudioError  # as the task takes it, or why it cannot be asked


class Reading:
    """Cells turned into what a task takes. columns: {input: column}. files: where the images that cells name lie."""

    def __init__(self, task: Any, columns: Mapping[str, str], files: Mapping[str, Any]) -> None:
        self.columns = dict(columns)
        self.kinds = {field.name: field.kind for field in task.inputs}
        self.files = files

    def rows(self, frame: "pd.DataFrame") -> list[Row]:
        """{input: value} for each row, None where a cell is empty."""
        chosen = frame[list(dict.fromkeys(self.columns.values()))].astype(object)
        return [self._row(cells) for cells in chosen.where(chosen.notna(), None).to_dict("records")]

    def _row(self, cells: Mapping[str, Any]) -> Row:
        try:
            return {name: self._value(self.kinds[name], cells[column]) for name, column in self.columns.items()}
        except StudioError as error:
            return error

    def _value(self, kind: str, cell: Any) -> Any:
        if cell is not None and kind == "image":
            image = image_archives.named(self.files, cell)
            if image is None:
                raise StudioError(f"There is no image {str(cell)[:80]!r} among the files.")
            return image
        return data.pairs(cell) if kind == "pairs" else cell


def answer_rows(task: Any, frame: "pd.DataFrame", reading: Reading, options: dict[str, Any],
                should_stop: Callable[[], bool], start: int = 0) -> Iterator[list[Answered]]:
    """Parts of answers in the order of the rows from `start` on; ends early once `should_stop()` says yes.

    Only one part at a time is turned into what the task takes, so that memory does not grow with the rows.
    """
    size, broken = FIRST_PART, 0
    while start < len(frame) and not should_stop():
        part, began = reading.rows(frame.iloc[start:start + size]), time.monotonic()
        answers = _answer_part(task, part, options)
        yield answers
        start += len(part)
        broken = broken + len(part) if all(item.error == UNKNOWN for item in answers) else 0
        if broken >= GIVE_UP_AFTER:
            raise StudioError(f"{broken} rows one after the other could not be answered.", "The log says why; try another model.")
        size = next_size(len(part), time.monotonic() - began, PART_SECONDS, LARGEST_PART)


UNKNOWN = "The model could not answer this row."


def _answer_part(task: Any, rows: Sequence[Row], options: dict[str, Any]) -> list[Answered]:
    """All rows at once; if that fails, what can be answered at once, then what cannot, row by row."""
    wrong = {place: error for place, row in enumerate(rows) if (error := _row_error(task, row))}
    good = [row for place, row in enumerate(rows) if place not in wrong and isinstance(row, dict)]
    answers = iter([Answered(error=_said(one)) if isinstance(one, Exception) else answered(one)
                    for one in answer_each(task, good, **options)])
    return [Answered(error=wrong[place]) if place in wrong else next(answers) for place in range(len(rows))]


def _row_error(task: Any, row: Row) -> str | None:
    """Why this row cannot be asked: a cell is missing or of the wrong kind."""
    if isinstance(row, StudioError):
        return row.message
    for declared in task.inputs:
        try:
            declared.check(row.get(declared.name, declared.default))
        except StudioError as error:
            return error.message
    return None


def _said(error: Exception) -> str:
    if isinstance(error, StudioError):
        return error.message
    record(error)
    return UNKNOWN
