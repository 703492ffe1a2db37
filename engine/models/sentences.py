"""Where the sentences of a text are, for several scripts, without a model."""

import re

# A mark of an end, closing quotes and brackets, then space or the text's end; the marks of East Asian scripts need no space.
_END = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’)]*|[।؟۔]+(?=\s|$)|\n\s*\n|\n(?=\s*[-*•#]))")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|vs|etc|e\.g|i\.e|cf|No|Nos|Vol|Fig|ca|approx|Inc|Ltd|Co|Corp|Jan|Feb|"
                           r"Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mt|Ave|Gen|Col|Lt|Capt|Rev|Hon)|\b[A-Z])\.$")


_LONGEST = 12  # more letters than any of these has
_AFTER_DOT = re.compile(r"[.][\"'”’»)\]]*\s+(\w)")


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence in characters, without the space around it; nothing but space is left out."""
    spans: list[tuple[int, int]] = []
    start = 0
    begun_big = _begins_big(text)
    for found in _END.finditer(text):
        end = found.end()
        shortened = _ABBREVIATION.search(text[max(start, end - _LONGEST):end])
        if found.group().startswith(".") and (shortened or (begun_big and _goes_on(text, end))):
            continue
        _add(spans, text, start, found.end())
        start = found.end()
    _add(spans, text, start, len(text))
    return spans


def _begins_big(text: str) -> bool:
    """Whether this text begins sentences with capitals; chats and transcripts often do not."""
    firsts = [found.group(1) for found in _AFTER_DOT.finditer(text)]
    return sum(map(str.isupper, firsts)) >= sum(map(str.islower, firsts))


def _goes_on(text: str, end: int) -> bool:
    """Whether the next word is written small: the dot ended no sentence."""
    rest = text[end:end + 40].lstrip()
    return rest[:1].islower()


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if piece.strip():
        lead = len(piece) - len(piece.lstrip())
        spans.append((start + lead, start + len(piece.rstrip())))
