"""The part of a long text that a question is about, and where its words stand in the whole."""

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Self

from engine.models.sentences import sentences

MOST = 1600  # characters of a text that are read; of a longer one the sentences nearest to the question
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True)
class Excerpt:
    """What is read of a text: its `pieces` [start, end), in its order."""

    text: str
    pieces: tuple[tuple[int, int], ...]

    @classmethod
    def about(cls, text: str, question: str, most: int = MOST) -> Self:
        return cls(text, tuple(nearest(text, question, most)))

    @property
    def shown(self) -> str:
        """The pieces, a space between them."""
        return " ".join(self.text[start:end] for start, end in self.pieces)

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """A span of `shown` -> the same in the text; None if it reaches over two pieces."""
        before = 0
        for first, last in self.pieces:
            if before <= start < end <= before + last - first:
                return first + start - before, first + end - before
            before += last - first + 1
        return None


def nearest(text: str, question: str, most: int) -> list[tuple[int, int]]:
    """Where the sentences stand that share most words with the question, rare words counting more; at most `most` characters, in the
    order of the text. A short text is one piece."""
    if len(text) <= most:
        return [(0, len(text))]
    spans = [piece for start, end in sentences(text) for piece in _cut(text, start, end, most // 2)] or [(0, most)]
    words = [set(map(str.lower, _WORDS.findall(text[start:end]))) for start, end in spans]
    frequency = Counter(word for own in words for word in own)
    asked = set(map(str.lower, _WORDS.findall(question)))
    worth = [sum(math.log(1 + len(spans) / frequency[word]) for word in own & asked) for own in words]
    worth = [value + 0.5 * max(worth[max(0, place - 1)], worth[min(len(worth) - 1, place + 1)]) for place, value in enumerate(worth)]
    kept, room = [], most
    for place in sorted(range(len(spans)), key=lambda index: -worth[index]):
        size = spans[place][1] - spans[place][0] + 1
        if size <= room:
            kept.append(spans[place])
            room -= size
    return sorted(kept)


def _cut(text: str, start: int, end: int, most: int) -> list[tuple[int, int]]:
    """A sentence in pieces of at most `most` characters, cut at spaces where there are any."""
    pieces = []
    while end - start > most:
        stop = text.rfind(" ", start + 1, start + most)
        stop = stop if stop > start else start + most
        pieces.append((start, stop))
        start = stop
    return [*pieces, (start, end)]
