"""What a page needs to know of a model before it is loaded. Imports no torch."""

from engine import hub
from engine.errors import StudioError


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


def independent(model: str) -> bool:
    """Whether each label's probability stands for itself: zero-shot, or trained on several labels per text."""
    found = card(model)
    return found is None or not found.labels or found.multi_label
