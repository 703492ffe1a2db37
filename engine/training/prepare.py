"""From texts to rows that a method can train on: tokens, or what lies below the cut."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.training.events import Reporter
from engine.training.features import computed_below
from engine.training.methods import Method
from engine.training.rows import RaggedRows, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.base import BaseModel

TEXTS_AT_A_TIME = 4096


def prepare(model: "BaseModel", inputs: Sequence[str], method: Method, settings: Settings, reporter: Reporter,
            keep: bool = True) -> tuple[Rows, int]:
    """The prepared rows, and how many texts were longer than `max_length` and were cut. keep: what is computed, for the next run."""
    token_ids: list[list[int]] = []
    shortened = 0
    for start in range(0, len(inputs), TEXTS_AT_A_TIME):
        reporter.check_stop()
        part, cut = model.tokenise(list(inputs[start:start + TEXTS_AT_A_TIME]), settings.max_length)
        token_ids += part
        shortened += cut
        reporter.progress("tokens", len(token_ids), len(inputs))
    tokens = RaggedRows.of_lists("input_ids", token_ids, model.pad_id)
    if method.frozen == "backbone":
        return computed_below(model, tokens, None, settings.precision, reporter, keep), shortened
    if method.frozen == "below the cut" and settings.cut:
        return computed_below(model, tokens, settings.cut, settings.precision, reporter, keep), shortened
    return tokens, shortened
