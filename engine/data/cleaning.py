"""Columns of text, whole at a time: what is missing, what is the same but for case and signs, and lists of labels in one cell."""

import ast
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    import pandas

SEPARATORS = ("|", ";", ",")
_LISTS = "[]"
_SPACE = re.compile(r"\s+")


def missing(series: "pandas.Series") -> "numpy.ndarray":
    """(rows,) True where a cell is empty or holds only spaces."""
    import numpy

    empty = series.isna().to_numpy(dtype=bool)
    blank = (series.str.strip() == "").fillna(False).to_numpy(dtype=bool)
    return numpy.logical_or(empty, blank)


def normalised(series: "pandas.Series") -> "pandas.Series":
    """Lower case, letters and digits only, one space between words. A text of signs alone stays as it is."""
    import pandas
    import pyarrow
    import pyarrow.compute as compute

    cells = pyarrow.chunked_array([pyarrow.array(series, type=pyarrow.large_string(), from_pandas=True)])
    lower = compute.utf8_lower(cells)
    plain = compute.utf8_trim_whitespace(compute.replace_substring_regex(lower, r"[^\p{L}\p{N}\p{M}]+", " "))
    kept = compute.if_else(compute.equal(plain, ""), compute.utf8_trim_whitespace(lower), plain)
    return pandas.Series(kept.to_pandas().to_numpy(dtype=object), index=series.index)


def folded(label: str) -> str:
    """A label without its case and its outer and doubled spaces: what two spellings of one label have in common."""
    return _SPACE.sub(" ", label).strip().casefold()


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
