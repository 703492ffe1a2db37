"""How a run is spoken of: its state with an icon, its numbers, when it was and how long it took."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from engine import words
from engine.errors import StudioError
from engine.runs import Run
from engine.tasks import Variant, task_class
from engine.training.events import Progress
from engine.training.methods import METHODS
from studio.results_tables import value_text


@dataclass(frozen=True)
class Look:
    """A state's word, icon and the colour of its badge; the word alone says it all."""

    word: str
    icon: str
    colour: str


STATES = {
    "queued": Look("Waiting", ":material/schedule:", "gray"),
    "running": Look("Training", ":material/model_training:", "blue"),
    "stopping": Look("Stopping", ":material/hourglass_top:", "orange"),
    "finished": Look("Finished", ":material/check_circle:", "green"),
    "stopped": Look("Stopped", ":material/stop_circle:", "orange"),
    "failed": Look("Failed", ":material/error:", "red"),
    "interrupted": Look("Interrupted", ":material/power_off:", "orange"),
}


PHASES = {
    "tokens": "Cutting the texts into tokens",
    "before training": "Measuring the model before training",
    "features": "Reading every row once with the frozen layers",
    "head's start": "Giving the head a good start",
    "training": "Training",
    "searching": "Searching for better settings",
    "writing samples": "Writing a few samples",
    "writing for the validation rows": "Writing for the validation rows",
    "asking the validation questions": "Asking the validation questions",
    "evaluating": "Measuring on the validation rows",
}


def look(state: str) -> Look:
    return STATES.get(state) or Look(state.capitalize(), ":material/help:", "gray")


def task_title(name: str) -> str:
    """The task's title; its own name where the task is not known here (a run of an older version)."""
    try:
        return task_class(name).title
    except StudioError:
        return name


def data_name(run: Run) -> str:
    return str(run.data.get("name") or "given rows")


def method_name(name: str) -> str:
    """A method as the wizard calls it; its own name where this version does not know it."""
    return METHODS[name].label if name in METHODS else name


def row_count(run: Run) -> int | None:
    """Rows of the data set; None where a run was started without saying."""
    rows = run.data.get("rows")
    return int(rows) if rows is not None else None


def task_variant(run: Run) -> Variant | None:
    """The variant of the task that was trained; None where this version does not know it."""
    try:
        return task_class(run.task).variant(run.variant)
    except StudioError:
        return None


def metric_name(run: Run) -> str:
    """The metric that a run is judged by, as its task's variant declares it."""
    variant = task_variant(run)
    return variant.metric if variant else next(iter(run.metrics), "accuracy")


def greater_is_better(run: Run) -> bool:
    variant = task_variant(run)
    return variant.greater_is_better if variant else True


def phase(progress: Progress) -> str:
    """What is being done just now, in words."""
    return PHASES.get(progress.phase) or progress.phase[:1].upper() + progress.phase[1:]


def overall(progress: Progress | None) -> float | None:
    """How far the whole training is, from 0 to 1; None while it does not count epochs."""
    if progress is None or not progress.epoch or not progress.epochs or not progress.total:
        return None
    return min(1.0, (progress.epoch - 1 + progress.done / progress.total) / progress.epochs)


def primary(run: Run) -> tuple[str, float] | None:
    """The name and value of the metric a run is judged by, once it is known."""
    name = metric_name(run)
    for key in (name, f"val_{name}"):
        if key in run.metrics:
            return name, run.metrics[key]
    return None


def primary_text(run: Run) -> str:
    found = primary(run)
    return value_text(*found) if found else "–"


def took(run: Run, now: datetime | None = None) -> float | None:
    """Seconds from its start to its end, or to now while it trains; None before the start."""
    if run.started is None:
        return None
    end = run.finished or now or datetime.now(UTC)
    return max(0.0, (_utc(end) - _utc(run.started)).total_seconds())


def took_text(run: Run) -> str:
    seconds = took(run)
    return "–" if seconds is None else words.duration(seconds)


def when(moment: datetime | None, now: datetime | None = None) -> str:
    """just now, 5 min ago, 3 h ago, yesterday, 12 Nov 2026: how long a moment is past."""
    if moment is None:
        return "–"
    now = _utc(now or datetime.now(UTC))
    seconds = (now - _utc(moment)).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 24 * 3600:
        return f"{int(seconds // 3600)} h ago"
    if seconds < 48 * 3600:
        return "yesterday"
    return f"{moment.day} {moment:%b %Y}"


def summary(run: Run) -> str:
    """One line under a run's name: task, base model, method, data, rows."""
    parts = [task_title(run.task), run.model, method_name(run.method).lower(), data_name(run)]
    if (rows := row_count(run)) is not None:
        parts.append(words.plural(rows, "row"))
    return " · ".join(parts)


def clock(moment: datetime) -> str:
    """10:42:11 in the reader's own time zone."""
    return _local(moment).strftime("%H:%M:%S")


def date(moment: datetime) -> str:
    """22 Nov 2026, 10:42 in the reader's own time zone."""
    local = _local(moment)
    return f"{local.day} {local:%b %Y, %H:%M}"


def _local(moment: datetime) -> datetime:
    zone = st.context.timezone
    try:
        return _utc(moment).astimezone(ZoneInfo(zone) if zone else None)
    except (ZoneInfoNotFoundError, ValueError):
        return _utc(moment).astimezone()


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
