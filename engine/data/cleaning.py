"""Columns of text, whole at a time: what is missing, what is the same but for case and signs, and lists of labels in one cell."""

import ast
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    import pandas

SEPARATORS = ("|", ";", ",")
YES = frozenset(("1", "1.0", "true", "yes", "y", "x", "✓"))
NO = frozenset(("0", "0.0", "false", "no", "n", "-", ""))
_LISTS = "[]"
_SPACE = re.compile(r"\s+")


def missing(series: "pandas.Series") -> "numpy.ndarray":
    """(rows,) True where a cell is empty or holds only spaces."""
    import numpy

    empty = series.isna().to_numpy(dtype=bool)
    blank = (series.str.strip() == "").fillna(False).to_numpy(dtype=bool)
    return numpy.logical_or(empty, blank)


class _Letters(dict[int, int]):
    """For str.translate: letters, digits and accents stay, everything else becomes a space."""

    def __missing__(self, code: int) -> int:
        self[code] = code if unicodedata.category(chr(code))[0] in "LNM" else 32
        return self[code]


_LETTERS = _Letters()


def normalised(text: str) -> str:
    """Lower case, letters and digits only, one space between words. A text of signs alone stays as it is."""
    return " ".join(text.lower().translate(_LETTERS).split()) or text.strip()


def near_codes(series: "pandas.Series") -> "numpy.ndarray":
    """(rows,) int64: one number for texts that are the same once normalised, from 0; -1 where missing."""
    import numpy
    import pandas

    # Hashes instead of the texts themselves: a million of them fit into 8 MB, and two texts of one hash are not to be expected.
    hashes = numpy.fromiter((hash(normalised(text)) for text in series.fillna("").tolist()), dtype=numpy.int64, count=len(series))
    codes = pandas.factorize(hashes)[0].astype(numpy.int64)
    codes[missing(series)] = -1
    return codes


def folded(label: str) -> str:
    """A label without its case and its outer and doubled spaces: what two spellings of one label have in common."""
    return _SPACE.sub(" ", label).strip().casefold()


def says_yes(series: "pandas.Series") -> "numpy.ndarray":
    """(rows,) True where a cell says yes."""
    return series.fillna("").str.strip().str.casefold().isin(YES).to_numpy(dtype=bool)


def only_yes_or_no(series: "pandas.Series") -> bool:
    """Whether the cells say nothing else, and yes at least once; an empty cell says no."""
    said = set(series.fillna("").str.strip().str.casefold())
    return said <= YES | NO and bool(said & YES)


def guess_separator(series: "pandas.Series") -> str | None:
    """`[]` for JSON lists, else the sign that splits cells into parts that come again and again; None if there is none."""
    cells = [str(cell) for cell in series.dropna().unique()[:20_000]]
    if not cells:
        return None
    if sum(cell.lstrip().startswith("[") and cell.rstrip().endswith("]") for cell in cells) > 0.5 * len(cells):
        return _LISTS
    for sign in SEPARATORS:
        holding = sum(sign in cell for cell in cells)
        if holding >= max(1, 0.02 * len(cells)):
            parts = [part.strip() for cell in cells for part in cell.split(sign)]
            if len(set(parts)) < 0.9 * len(parts) and sum(map(len, parts)) < 60 * len(parts):
                return sign
    return None


def split_labels(series: "pandas.Series", separator: str | None) -> list[list[str]]:
    """One list of labels a row, in the order of the cell, none twice. A missing cell has no labels."""
    import pandas

    codes, cells = pandas.factorize(series)
    lists: list[list[str]] = [_split(str(cell), separator) for cell in cells]
    return [list(lists[code]) if code >= 0 else [] for code in codes]


def _split(cell: str, separator: str | None) -> list[str]:
    if separator == _LISTS:
        parts = _from_list(cell)
    else:
        parts = cell.split(separator) if separator else [cell]
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _from_list(cell: str) -> list[str]:
    """["a", "b"] as JSON or as Python prints it; anything else is one label."""
    for parse in (json.loads, ast.literal_eval):
        try:
            value: Any = parse(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, (list, tuple, set)):
            return [str(item) for item in value if item is not None]
    return [cell]


def join_labels(labels: list[str], separator: str | None) -> str:
    """The cell that `split_labels` would split into these."""
    return json.dumps(labels, ensure_ascii=False) if separator == _LISTS else (separator or "|").join(labels)
