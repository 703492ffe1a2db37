"""Which record is the header, if any, and the names of the columns."""

import re
from collections import Counter

_NUMBER = re.compile(r"\s*[-+$€£(]?\s*\d[\d.,:/\-T %)]*\s*\Z")
_KNOWN = frozenset("text texts label labels category class target sentence message comment review title body id name intent emotion "
                   "question answer context input output summary document score group image date type topic tag tags v1 v2 y x".split())
_YEAR = re.compile(r"\s*(?:19|20)\d\d\s*\Z")
_LOOK_AHEAD = 30


def usual_width(rows: list[list[str]]) -> int:
    """The commonest number of cells; the wider of two equally common ones."""
    counts = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    return max(counts, key=lambda width: (counts[width], width)) if counts else 0


def guess_header(rows: list[list[str]]) -> int | None:
    """Index of the header among the first records, or None if the first full record already is data."""
    width = usual_width(rows)
    start = _first_full(rows, width)
    if start is None:
        return None
    for index in range(start, min(start + 4, len(rows))):
        names = [cell.strip() for cell in rows[index]]
        body = [row for row in rows[index + 1:] if len(row) >= len(names) and any(cell.strip() for cell in row)]
        if _is_header(names, body):
            return index
        if not _repeats(names):
            break
    return None


def first_record(rows: list[list[str]]) -> int:
    """Index of the first record that belongs to the table when there is no header: title rows are passed over."""
    return _first_full(rows, usual_width(rows)) or 0


def _first_full(rows: list[list[str]], width: int) -> int | None:
    """The first record as full as the ones that follow: titles and notes above a table fill only a cell or two."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = sorted(count for row, count in zip(rows, filled, strict=True) if len(row) == width and count)
    if not usual:
        return None
    enough = max(1, min(usual[len(usual) // 2], width) * 0.6)
    for index, row in enumerate(rows[:_LOOK_AHEAD]):
        if filled[index] >= enough and len(row) > 0.6 * width:
            return index
    return next((index for index, count in enumerate(filled) if count), None)


def _is_header(names: list[str], body: list[list[str]]) -> bool:
    given = [name for name in names if name]
    if not given or _repeats(names):
        return False
    numeric = sum(bool(_NUMBER.match(name)) and not _YEAR.match(name) for name in given)
    if numeric == len(given) or (numeric and _NUMBER.match(names[0]) and numeric >= 0.5 * len(given)):
        return False
    if sum(name.casefold() in _KNOWN for name in given) >= max(1, 0.5 * len(given)):
        return True
    if not body:
        return len(given) > 1 and max(map(len, given)) < 60
    return _differs(names, body) >= 0


def _repeats(names: list[str]) -> bool:
    """Cells that say the same again and again: a row of units or groups above the names."""
    given = [name.casefold() for name in names if name]
    return len(set(given)) < 0.5 * len(given)


def _differs(names: list[str], body: list[list[str]]) -> float:
    """Evidence that the names are not one more row of data: above 0 for a header, below for data."""
    evidence = 0.25 if max(map(len, names)) < 60 else -1.0
    for index, name in enumerate(names):
        cells = [row[index].strip() for row in body if row[index].strip()] if name else []
        if not cells:
            continue
        numbers = sum(bool(_NUMBER.match(cell)) for cell in cells) / len(cells)
        if numbers > 0.8:
            of_years = sum(bool(_YEAR.match(cell)) for cell in cells) > 0.5 * len(cells)
            evidence += -1.0 if _NUMBER.match(name) and (of_years or not _YEAR.match(name)) else 2.0
            continue
        length = sum(map(len, cells)) / len(cells)
        if name.casefold() in {cell.casefold() for cell in cells} and len(set(cells)) < 0.9 * len(cells):
            evidence -= 2.0
        elif length > 25:
            evidence += 1.0 if len(name) < 0.5 * length else -0.5
    return evidence


def unique_names(names: list[str], width: int) -> list[str]:
    """Names without outer or doubled spaces; empty ones are called Column 3; a name that occurs again gets a number."""
    taken: Counter[str] = Counter()
    result: list[str] = []
    for position in range(width):
        raw = names[position] if position < len(names) else ""
        name = " ".join(raw.replace("\ufeff", "").split())[:200] or f"Column {position + 1}"
        unique, number = name, 1
        while taken[unique.casefold()]:
            number += 1
            unique = f"{name} ({number})"
        taken[unique.casefold()] += 1
        result.append(unique)
    return result
