"""What a page needs to know of a model before it is loaded. Imports no torch."""

from engine import hub
from engine.errors import StudioError
from engine.fields import Field
from engine.models.catalogue import find
from engine.tasks import Task


def card(model: str) -> hub.Card | None:
    """The card of a saved model; None for one that comes from the catalogue."""
    try:
        return hub.get(model)
    except StudioError:
        return None


def own_labels(model: str) -> list[str] | None:
    """The labels that a finetuned model sorts into; None where the reader names them."""
    found = card(model)
    return found.labels if found else None


def takes_labels(model: str) -> bool:
    """Whether the reader may name the labels."""
    found = card(model)
    if found is not None:
        return not found.labels
    preset = find(model)
    return preset is None or preset.any_labels


def needs_labels(model: str) -> bool:
    """Whether nothing can be answered without labels from the reader."""
    preset = find(model)
    return takes_labels(model) and not (preset is not None and preset.own_labels)


def options(task: type[Task], model: str) -> list[Field]:
    """The options that the model takes: one with labels of its own alone is not asked for others."""
    return [field for field in task.options if field.kind != "labels" or takes_labels(model)]


def independent(model: str, asked: bool = True) -> bool:
    """Whether each label's probability stands for itself: zero-shot, or trained on several labels per item.

    asked: whether the reader named labels; a model from the catalogue that has its own is else sure of one of them.
    """
    found, preset = card(model), find(model)
    if found is not None:
        return not found.labels or found.multi_label
    return preset is None or not preset.own_labels or (asked and preset.any_labels)
