"""Which of the user's columns is which of the task's: guessed from names and contents, decided by the user."""

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.data import cleaning
from engine.errors import StudioError

if TYPE_CHECKING:
    import pandas

    from engine.tasks.declarations import Column, Variant

_LOOKED_AT = 2_000
_NUMBER = r"\s*[-+]?[\d.,]+(?:[eE][-+]?\d+)?\s*%?\s*"
_IMAGE = r"(?i).*\.(?:jpe?g|png|gif|bmp|webp|tiff?)\s*"


def guess(frame: "pandas.DataFrame", variant: "Variant") -> dict[str, str | None]:
    """{key: the likeliest column}, None where nothing fits. No column is given twice."""
    sample = frame.iloc[:: max(1, len(frame) // _LOOKED_AT)]
    looks = {name: _Look(str(name), sample[name]) for name in frame.columns[:500]}
    scores = sorted(((_score(column, look), -position, column.key, name) for column in variant.columns
                     for position, (name, look) in enumerate(looks.items())), reverse=True)
    chosen: dict[str, str | None] = {column.key: None for column in variant.columns}
    optional = {column.key for column in variant.columns if not column.required}
    taken: set[str] = set()
    for score, _, key, name in scores:
        if chosen[key] is None and name not in taken and score > (4.0 if key in optional else 0.0):
            chosen[key] = name
            taken.add(name)
    return chosen


class _Look:
    """What a column's cells look like: mean length, how many differ, how many are numbers."""

    def __init__(self, name: str, cells: "pandas.Series") -> None:
        self.name = re.sub(r"[\W_]+", "_", name.casefold()).strip("_")
        filled = cells.dropna()
        self.filled = len(filled) / max(1, len(cells))
        self.length = float(filled.str.len().mean()) if len(filled) else 0.0
        self.different = filled.nunique() / max(1, len(filled))
        self.distinct = filled.nunique()
        self.numbers = float(filled.str.fullmatch(_NUMBER).mean()) if len(filled) else 0.0
        self.images = float(filled.str.fullmatch(_IMAGE).mean()) if len(filled) else 0.0
        self.lists = float(filled.str.startswith("[").mean()) if len(filled) else 0.0


def _score(column: "Column", look: _Look) -> float:
    return _name_score(column, look.name) + _content_score(column.kind, look) - (3.0 if look.filled < 0.05 else 0.0)


def _name_score(column: "Column", name: str) -> float:
    """10 for the best guess, a little less for later ones; 4 where the name only holds a guess as a word."""
    guesses = (*column.guesses, column.key)
    if name in guesses:
        return 10.0 - 0.1 * guesses.index(name)
    words = set(name.split("_"))
    return 4.0 if any(guess in words for guess in guesses if len(guess) > 1) else 0.0


def _content_score(kind: str, look: _Look) -> float:
    """From about -3 (cannot be) to 3 (looks like it)."""
    if kind == "text":
        return min(3.0, math.log2(1 + look.length) / 2) * (1 - look.numbers) * (0.5 + 0.5 * look.different) - 2.0 * look.images
    if kind in ("label", "labels", "group"):
        if not look.distinct:
            return -3.0
        few = 3.0 * (1 - look.different) - (2.0 if look.length > 40 else 0.0) - 0.5 * look.numbers
        return few - (2.0 if look.distinct == 1 else 0.0) + (1.0 if kind == "labels" and look.lists > 0.5 else 0.0)
    if kind == "score":
        return 3.0 * look.numbers - 1.0
    if kind == "image":
        return 4.0 * look.images - 1.0
    return 2.0 * look.lists - 1.0


def check_mapping(frame: "pandas.DataFrame", variant: "Variant", mapping: Mapping[str, str | None]) -> None:
    """StudioError that names, all at once, keys without a column, columns that are not there, and one column used twice."""
    known = [column.key for column in variant.columns]
    if unknown := sorted(set(mapping) - set(known)):
        raise StudioError(f"Unknown: {', '.join(unknown)}.", f"This task learns from {', '.join(known)}.")
    if without := [column.label for column in variant.columns if column.required and not mapping.get(column.key)]:
        raise StudioError(f"No column is chosen for {_listed(without)}.", "Choose one for each.")
    chosen = [name for key in known if (name := mapping.get(key))]
    if gone := [name for name in chosen if name not in frame.columns]:
        raise StudioError(f"There is no column {_listed([repr(name) for name in gone])}.",
                          f"The table has {_listed([repr(str(name)) for name in frame.columns[:12]])}.")
    if twice := sorted({name for name in chosen if chosen.count(name) > 1}):
        raise StudioError(f"The column {twice[0]!r} is chosen twice.", "Choose another one for one of them.")


def separator_of(frame: "pandas.DataFrame", variant: "Variant", mapping: Mapping[str, str | None]) -> str | None:
    """The sign between several labels in one cell, guessed; None for variants with one label a row."""
    for column in variant.columns:
        name = mapping.get(column.key)
        if column.kind == "labels" and name in frame.columns:
            return cleaning.guess_separator(frame[name])
    return None


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nothing"
