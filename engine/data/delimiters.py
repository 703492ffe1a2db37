"""Which sign separates the cells and which one quotes them, weighed on the first records of a text table."""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from engine.errors import StudioError

COMMON = (",", "\t", ";", "|")
# Signs that no prose uses; everything else (a space, a colon, a letter) only if the user says so.
RARE = ("^", "~", "§", "¦", "\x1e", "\x01", "\x02")
NO_SIGN = "\x1f"  # separates the cells of a table that has only one column
NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar", " ": "space"}
_TYPED = re.compile(r"\s*[-+$€£]?\d[\d.,:/\-T ]*%?\s*\Z")
_ROWS = 2_000


@dataclass(frozen=True)
class Dialect:
    """delimiter: one sign. quote: one sign, or None where quotation marks are ordinary letters."""

    delimiter: str = ","
    quote: str | None = '"'

    def reader(self, lines: Iterable[str]) -> Iterable[list[str]]:
        """Records of cells; doubled quotes are undone and quoted line ends kept."""
        if self.quote is None:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote)


def check_delimiter(delimiter: str) -> str:
    """One sign, or StudioError. `\\t` and the word tab are taken for a tab."""
    sign = {"\\t": "\t", "tab": "\t", "space": " ", "comma": ",", "semicolon": ";"}.get(delimiter.lower(), delimiter)
    if len(sign) != 1 or sign in '"\r\n\0':
        raise StudioError(f"{delimiter!r} cannot separate cells.", "Give one sign, such as a comma, a semicolon or a tab.")
    return sign


def detect(sample: str, delimiter: str | None = None) -> Dialect:
    """The likeliest dialect of a text's beginning (whole lines). One column of prose is one column: a comma, never split."""
    lines = sample.splitlines(keepends=True)
    if delimiter is not None:
        return Dialect(delimiter, _quote(lines, delimiter))
    found = [(score, dialect) for dialect, score in (_weigh(lines, sign) for sign in COMMON) if score > 0]
    if not found:
        found = [(score, dialect) for dialect, score in (_weigh(lines, sign) for sign in RARE) if score > 1.48]
    if not found:
        return _one_column(lines)
    return max(found, key=lambda pair: pair[0])[1]


def _one_column(lines: list[str]) -> Dialect:
    """A comma that never splits; where prose holds commas, a sign that no text holds."""
    comma = Dialect(",", _quote(lines, ","))
    return comma if all(len(row) < 2 for row in _records(lines, comma)) else Dialect(NO_SIGN, _quote(lines, NO_SIGN))


def _records(lines: list[str], dialect: Dialect) -> list[list[str]]:
    try:
        return list(islice(dialect.reader(lines), _ROWS))
    except csv.Error:
        return []


def _quote(lines: list[str], delimiter: str) -> str | None:
    """The quotation mark: the one that stands beside delimiters and line ends, or None if quoting swallows good lines."""
    text = "".join(lines[:_ROWS])
    quoted = _records(lines, Dialect(delimiter))
    apostrophes = min(_beside(text, delimiter, "'"))
    if apostrophes > max(0.2 * min(len(lines), _ROWS), max(_beside(text, delimiter, '"'))):
        return "'"
    if apostrophes > 1 and _evenness(_records(lines, Dialect(delimiter, "'")))[0] > _evenness(quoted)[0]:
        return "'"
    if sum(len(row) > 0 for row in quoted) >= sum(bool(line.strip()) for line in lines[:_ROWS]):
        return '"'
    plain = _records(lines, Dialect(delimiter, None))
    even, width = _evenness(plain)
    return None if width > 1 and even >= 0.98 and _stray(text, delimiter) else '"'


def _beside(text: str, delimiter: str, quote: str) -> tuple[int, int]:
    """How often a quote opens a cell, and how often it closes one."""
    sign = re.escape(delimiter)
    return (len(re.findall(rf"(?:^|{sign}){quote}(?!{quote}?{sign})", text, re.MULTILINE)),
            len(re.findall(rf"{quote}(?:{sign}|\r?$)", text, re.MULTILINE)))


def _stray(text: str, delimiter: str) -> bool:
    opens, closes = _beside(text, delimiter, '"')
    return opens != closes


def _evenness(records: list[list[str]]) -> tuple[float, int]:
    """(share of records that have the commonest width, that width), between the first and the last such record."""
    widths = [len(row) for row in records if row]
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return 0.0, 1
    width, count = counts.most_common(1)[0]
    first, last = widths.index(width), len(widths) - 1 - widths[::-1].index(width)
    if count < 0.3 * len(widths):
        return 0.0, width
    return count / (last - first + 1), width


def _weigh(lines: list[str], sign: str) -> tuple[Dialect, float]:
    """A dialect and how well it fits: even rows, cells that are clean numbers or dates. 0 = not this one."""
    if not any(sign in line for line in lines):
        return Dialect(sign), 0.0
    dialect = Dialect(sign, _quote(lines, sign))
    records = _records(lines, dialect)
    even, width = _evenness(records)
    filled = [row for row in records if row]
    if width < 2 or not filled:
        return dialect, 0.0
    # In prose a comma is followed by a space; in a table hardly ever.
    cells = [cell for row in filled if len(row) == width for cell in row[1:] if cell]
    spaced = sum(cell.startswith(" ") for cell in cells) > 0.8 * len(cells) and sign in ",;"
    certainty = even - (0.2 if spaced else 0.0) + (0.15 if len(filled[0]) == width else 0.0)
    if certainty < 0.7:
        return dialect, 0.0
    typed = sum(bool(_TYPED.match(cell)) for row in filled if len(row) == width for cell in row if cell)
    total = sum(bool(cell) for row in filled if len(row) == width for cell in row)
    covered = sum(len(row) == width for row in filled) / len(filled)
    return dialect, even + 0.3 * typed / max(1, total) + 0.5 * covered + (0.05 if sign == "\t" else 0.0) - (0.2 if spaced else 0.0)


def words(delimiter: str) -> str:
    """The delimiter as a person says it: tab, semicolon, `^`."""
    return NAMES.get(delimiter, f"`{delimiter}`" if delimiter.isprintable() else f"control sign {ord(delimiter)}")
