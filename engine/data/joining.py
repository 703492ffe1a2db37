"""Where one column is spread over several: a column for each label, or earlier questions and answers side by side."""

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from engine.data import cleaning
from engine.data.fixes import Fix
from engine.errors import StudioError
from engine.words import plural

if TYPE_CHECKING:
    import pandas

    from engine.tasks.declarations import Column

JOINS = {"labels": "join_labels", "pairs": "join_pairs"}  # the fix that makes a column of this kind
_LOOKED_AT = 2_000
_TURN = re.compile(r"^(?P<before>.*?)(?P<role>question|answer|q|a)s?[\W_]*(?P<number>\d*)$")
_EARLIER = re.compile(r"prev|earlier|last|before|history|turn")


def spread(frame: "pandas.DataFrame", column: "Column") -> list[str]:
    """The columns over which this one seems to be spread, as `joining` takes them; empty where it is not."""
    if column.kind == "labels":
        head = frame.head(_LOOKED_AT)
        found = [str(name) for name in frame.columns if cleaning.only_yes_or_no(head[name])]
        return found if len(found) > 1 else []
    return _turns(frame) if column.kind == "pairs" else []


def joining(frame: "pandas.DataFrame", column: "Column", columns: list[str]) -> Fix:
    """The fix that makes one new column of these; StudioError where they cannot be joined."""
    if len(columns) < 2 or (column.kind == "pairs" and len(columns) % 2):
        raise StudioError(f"{plural(len(columns), 'column')} cannot be joined into {column.label.lower()}.",
                          "Choose each question and then its answer." if column.kind == "pairs" else "Choose one for each label.")
    into = next(name for name in (column.key, *(f"{column.key} {turn}" for turn in range(2, 1000))) if name not in frame.columns)
    return Fix(JOINS[column.kind], f"Join {plural(len(columns), 'column')} into “{into}”", {"columns": columns, "into": into})


def _turns(frame: "pandas.DataFrame") -> list[str]:
    """Columns such as prev_q1, prev_a1, prev_q2, prev_a2: of each turn both."""
    turns: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for name in map(str, frame.columns):
        part = _TURN.match(name.casefold().strip())
        if part and (part["number"] or _EARLIER.search(part["before"])):
            turns[part["before"], int(part["number"] or 0)][part["role"][0]] = name
    return [turn[role] for _, turn in sorted(turns.items()) if len(turn) == 2 for role in ("q", "a")]
