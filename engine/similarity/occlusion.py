"""What made two items alike: a part is left out, and the cosine looked at again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.similarity.vectors import Floats, unit

if TYPE_CHECKING:
    from engine.tasks import Task

MOST_PIECES = 60  # of a text: longer ones lose several words at a time
LETTERS = 40_000  # of a text that are looked at: no model for vectors reads more than some 8,000 tokens
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # Thai to Khmer, Japanese, Chinese
CELLS = 6  # rows and columns of an image's parts
SIDE = 240  # pixels that an image needs for that


@dataclass(frozen=True)
class Piece:
    """Characters [start, end) of a text. difference: so much the cosine falls without them."""

    start: int
    end: int
    difference: float


def pieces(text: str, most: int = MOST_PIECES) -> list[tuple[int, int]]:
    """(start, end) of each word; of a text with too many, of runs of them; of one in a script without spaces, of its
    characters."""
    spans = [found.span() for found in re.finditer(r"\S+", text)]
    if len(spans) == 1 and UNSPACED.search(text):
        spans = [(place, place + 1) for place in range(*spans[0])]
    step = -(-len(spans) // most) or 1
    return [(own[0][0], own[-1][1]) for own in (spans[place:place + step] for place in range(0, len(spans), step))]


def words(task: "Task", row: Mapping[str, Any], name: str, other: Any) -> list[Piece]:
    """How much each word of the row's text `name`, of its first 40,000 letters, does for its cosine with the vector `other` (D); [] where
    nothing can be left out."""
    text = row[name][:LETTERS]
    spans = [span for span in pieces(text) if (text[:span[0]] + text[span[1]:]).strip()]
    if not spans:
        return []
    differences = _differences(task, {**row, name: text}, name, [text[:start] + text[end:] for start, end in spans], other)
    return [Piece(start, end, float(value)) for (start, end), value in zip(spans, differences, strict=True)]


def regions(task: "Task", row: Mapping[str, Any], name: str, other: Any) -> Floats:
    """(6, 6) how much each part of the row's image `name` does for its cosine with the vector `other` (D): it is painted over."""
    from engine.images import open_image

    image = open_image(row[name], size=SIDE)
    image.thumbnail((SIDE, SIDE))
    mean = tuple(int(value) for value in np.asarray(image).reshape(-1, 3).mean(axis=0))
    width, height = image.size
    versions = []
    for place in range(CELLS * CELLS):
        down, across = divmod(place, CELLS)
        changed = image.copy()
        changed.paste(mean, (across * width // CELLS, down * height // CELLS, (across + 1) * width // CELLS, (down + 1) * height // CELLS))
        versions.append(changed)
    return _differences(task, {**row, name: image}, name, versions, other).reshape(CELLS, CELLS)


def _differences(task: "Task", row: Mapping[str, Any], name: str, versions: list[Any], other: Any) -> Floats:
    found = unit(task.answer([row, *({**row, name: version} for version in versions)])) @ unit([other])[0]
    return found[0] - found[1:]
