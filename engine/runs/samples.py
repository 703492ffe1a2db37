"""A few validation rows that stay with a trained model: a download proves with them that it answers as here."""

from pathlib import Path
from typing import Any

from engine import disk
from engine.runs.records import Run
from engine.tasks import task_class

SAMPLES = "samples.json"
COUNT = 8
LONGEST = 20_000  # characters of one input; longer ones are left out


def write_samples(folder: Path, run: Run, params: dict[str, list[Any]], validation: list[int]) -> None:
    """samples.json: {task, rows}, each row as the task takes it; taken evenly from the validation rows, or from all without any."""
    columns = _columns(run.task, params)
    rows = [{name: params[key][index] for name, key in columns.items()} for index in validation or range(_length(params))]
    short = [row for row in rows if all(isinstance(value, str) and 0 < len(value) <= LONGEST for value in row.values())]
    step = max(1, len(short) // COUNT)
    disk.write_json(folder / SAMPLES, {"task": run.task, "rows": short[::step][:COUNT] if columns else []})


def _columns(task: str, params: dict[str, list[Any]]) -> dict[str, str]:
    """{input of the task: key in params}: text is kept in texts or input_text, question in questions. Empty if one is missing."""
    needed = [field.name for field in task_class(task).inputs if field.required]
    found = {name: key for name in needed for key in (name, f"{name}s", f"input_{name}") if key in params}
    return found if len(found) == len(needed) else {}


def _length(params: dict[str, list[Any]]) -> int:
    return len(next(iter(params.values()), []))
