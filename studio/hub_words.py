"""A saved model in words: its metrics, what it was trained on, the Python that uses it."""

from pathlib import PurePath
from typing import Any

from engine import hub, words
from studio.results_tables import metric, value_text
from studio.run_words import method_name, task_title

LABELS_SHOWN = 12


def metric_text(card: hub.Card) -> str:
    """The primary metric with its name, such as "Accuracy 93.4%"; empty where none was measured."""
    name = primary_metric(card)
    return f"{metric(name).label} {value_text(name, card.metrics[name])}" if name else ""


def primary_metric(card: hub.Card) -> str | None:
    """The name of the metric that the model is judged by; the first that is no loss where none is named."""
    named: Any = card.metrics.get("metric")
    known = [name for name, value in card.metrics.items() if isinstance(value, int | float) and "loss" not in name]
    return named if named in card.metrics and isinstance(card.metrics[named], int | float) else next(iter(known), None)


def facts(card: hub.Card) -> dict[str, str]:
    """What is known of it, in the order of interest; unknown things are left out."""
    data = card.data or {}
    about = [str(data["name"])] if data.get("name") else []
    about += [words.plural(data["rows"], "row")] if data.get("rows") else []
    settings = card.settings or {}
    known = {
        "What it does": ", ".join(task_title(task) for task in card.tasks),
        "Answers": _labels(card),
        "Trained from": card.base or card.parent or "",
        "Trained on": ", ".join(about),
        "Data fingerprint": str(data.get("fingerprint") or ""),
        "Method": method_name(str(settings.get("method") or "")),
        "Licence": str((card.details or {}).get("licence") or ""),
        "Size": words.size(card.size_bytes),
        "Saved": f"{card.created.astimezone():%d %b %Y, %H:%M}",
        "Kind of model": card.class_name,
        "Fingerprint of the weights": card.fingerprint[:16],
    }
    return {name: value for name, value in known.items() if value}


def python_line(card: hub.Card) -> str:
    """What a developer types to use it."""
    from engine.tasks import TASKS

    task = next((TASKS[name] for name in card.tasks if name in TASKS), None)
    if task is None:
        return f'import engine\n\nmodel = engine.load("{card.name}")'
    example = task.examples[0]
    given = [repr(PurePath(example[field.name]).name if field.kind == "image" else example[field.name])
             for field in task.inputs if field.required]
    given += [f"{field.name}={example[field.name]!r}" for field in task.options if field.name in example and not card.labels]
    return f'import engine\n\nengine.{task.__name__}("{card.name}")({", ".join(given)})'


def _labels(card: hub.Card) -> str:
    if not card.labels:
        return ""
    shown = ", ".join(card.labels[:LABELS_SHOWN])
    more = len(card.labels) - LABELS_SHOWN
    kind = "Any number of " if card.multi_label else "One of "
    return f"{kind}{words.plural(len(card.labels), 'label')}: {shown}" + (f" and {words.number(more)} more" if more > 0 else "")
