"""All the answers that a text can give in its own words, as a tree of token ids, so that a language model can only say one of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.models.question_prompt import NO_ANSWER

LONGEST = 160  # characters of an answer
_WORD = re.compile(r"[^\s\"“”'‘’()\[\]«»,;:.!?…]\S*")
_CLOSING = set("%°)\"”’'+€$£")


@dataclass
class Node:
    """What may follow here. ends: where in the text the answers stand that may end here (first one first)."""

    children: dict[int, "Node"] = field(default_factory=dict)
    ends: list[tuple[int, int] | None] = field(default_factory=list)


def span_tree(tokeniser: Any, text: str, pieces: Sequence[tuple[int, int]]) -> Node:
    """The tree of spans from word to word within the pieces [start, end) of `text`, and of the answer that there is none."""
    starts = [(start + found.start(), end) for start, end in pieces for found in _WORD.finditer(text[start:end])]
    candidates = [text[start:min(end, start + LONGEST)] for start, end in starts]
    root = Node()
    if candidates:
        coded = tokeniser([f" {candidate}" for candidate in candidates], add_special_tokens=False, return_offsets_mapping=True)
        for (start, end), ids, offsets in zip(starts, coded["input_ids"], coded["offset_mapping"], strict=True):
            node = root
            for token, (_, last) in zip(ids, offsets, strict=True):
                node = node.children.setdefault(token, Node())
                stop = start + last - 1  # a space was put before
                if _may_end(text, stop, end):
                    node.ends.append((start, stop))
            if not node.children and not node.ends:  # nothing could follow: what was cut off may end here
                node.ends.append((start, stop))
    node = root
    for token in tokeniser(f" {NO_ANSWER}", add_special_tokens=False)["input_ids"]:
        node = node.children.setdefault(token, Node())
    node.ends.append(None)
    return root


def _may_end(text: str, stop: int, end: int) -> bool:
    last, following = text[stop - 1], text[stop:stop + 1] if stop < end else ""
    return (last.isalnum() or last in _CLOSING) and not following.isalnum()
