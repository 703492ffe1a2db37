"""Where the sentences of a text are, for several scripts, without a model."""

import re

# A mark of an end, closing quotes and brackets, then space or the text's end; the marks of East Asian scripts need no space.
_END = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’)]*|[।؟۔]+(?=\s|$)|\n\s*\n|\n(?=\s*[-*•#]))")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|vs|etc|e\.g|i\.e|cf|No|Nos|Vol|Fig|ca|approx|Inc|Ltd|Co|Corp|Jan|Feb|"
                           r"Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mt|Ave|Gen|Col|Lt|Capt|Rev|Hon)|\b[A-Z])\.$")


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence in characters, without the space around it; nothing but space is left out."""
    spans: list[tuple[int, int]] = []
    start = 0
    for found in _END.finditer(text):
        piece = text[start:found.end()]
        if found.group().startswith(".") and (_ABBREVIATION.search(piece) or _goes_on(text, found.end())):
            continue
        _add(spans, text, start, found.end())
        start = found.end()
    _add(spans, text, start, len(text))
    return spans


def _goes_on(text: str, end: int) -> bool:
    """Whether the next word is written small: the dot ended no sentence."""
    rest = text[end:end + 40].lstrip()
    return rest[:1].islower()


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if piece.strip():
        lead = len(piece) - len(piece.lstrip())
        spans.append((start + lead, start + len(piece.rstrip())))
