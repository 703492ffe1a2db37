"""Somebody's text as Markdown with parts of it marked. Nothing in the text itself turns into markup."""

from collections.abc import Sequence

from studio.results_tables import plain


def marked(text: str, spans: Sequence[tuple[int, int]], colour: str = "primary", around: int | None = None) -> str:
    """The text with the spans [start, end) on a coloured background. around: only so many characters before the first and after the
    last span are shown."""
    first, last = 0, len(text)
    if around is not None and spans:
        first, last = max(0, min(start for start, _ in spans) - around), min(len(text), max(end for _, end in spans) + around)
    parts, place = (["… "] if first else []), first
    for start, end in sorted(spans):
        if start < place:
            continue
        parts += [_safe(text[place:start]), _on(text[start:end], colour)]
        place = end
    parts += [_safe(text[place:last])] + ([" …"] if last < len(text) else [])
    return "".join(parts)


def greyed(text: str) -> str:
    """The text in grey."""
    return _by_line(text, "gray")


def _on(text: str, colour: str) -> str:
    return _by_line(text, f"{colour}-background")


def _by_line(text: str, directive: str) -> str:
    """Each line by itself: a directive does not reach over a line's end."""
    lines = text.replace("\r", "").replace("\t", " ").split("\n")
    return "  \n".join(f":{directive}[{plain(line)}]" if line.strip() else plain(line) for line in lines)


def _safe(text: str) -> str:
    """Lines stay lines, and a line that begins with spaces or a number makes no block."""
    return plain(text).replace("\r", "").replace("\t", " ").replace("\n", "  \n")
