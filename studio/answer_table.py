"""Answers as columns beside the rows they belong to. No Streamlit here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.tasks.answers import details_of

MOST_LABELS = 30  # more labels than this are not given a column each


@dataclass(frozen=True)
class Answered:
    """What became of one row: an answer with its details, or the sentence that says why there is none."""

    answer: Any = None
    error: str | None = None
    details: dict[str, Any] | None = None


def answered(answer: Any) -> Answered:
    """A task's answer as JSON can hold it."""
    return Answered(as_json(answer), details=as_json(details_of(answer)) or None)


def is_vector(answer: Any) -> bool:
    return isinstance(answer, list) and bool(answer) and all(isinstance(value, int | float) for value in answer)


def as_json(answer: Any) -> Any:
    """The answer as JSON can hold it: tensors and arrays become lists."""
    if hasattr(answer, "tolist"):
        return answer.tolist()
    if isinstance(answer, dict):
        return {key: as_json(value) for key, value in answer.items()}
    return [as_json(value) for value in answer] if isinstance(answer, list | tuple) else answer


# What of an answer's details becomes cells: {detail: (answer, detail) -> named cells}. Others are for the page alone.
_DETAILS: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "start": lambda answer, place: {"start": place},
    "end": lambda answer, place: {"end": place},
    "score": lambda answer, share: {"score": share},
    "labels": lambda answer, labels: {"all labels": "|".join(labels)},
    "probabilities": lambda answer, shares: {f"probability of {label}": share for label, share in shares.items()},
    "unsupported": lambda answer, spans: {"not in the text": ", ".join(answer[start:end] for start, end in spans) or None},
}


def cells(answer: Any, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One answer as named cells: probabilities, numbers of a vector, several texts, or one text with its details."""
    found = _cells(answer)
    for name, value in (details or {}).items():
        if name in _DETAILS:
            found |= _DETAILS[name](answer, value)
    return found


def _cells(answer: Any) -> dict[str, Any]:
    if isinstance(answer, dict):
        best = max(answer, key=lambda label: answer[label]) if answer else None
        first = {"label": best, "probability": answer.get(best)}
        return first | {f"probability of {label}": share for label, share in answer.items()}
    if isinstance(answer, list | tuple):
        stem = "number" if is_vector(answer) else "answer"
        return {f"{stem} {place}": value for place, value in enumerate(answer, start=1)}
    return {"answer": answer}


class Names:
    """The columns that answers need, gathered while they are read once: in the order of first sight, labels behind the rest in order,
    `error` last and only where a row failed."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}
        self._failed = False

    @classmethod
    def of(cls, answered: Iterable[Answered]) -> "Names":
        names = cls()
        for item in answered:
            names.see(item)
        return names

    def see(self, item: Answered) -> None:
        if item.error is not None:
            self._failed = True
        else:
            self._seen.update(dict.fromkeys(cells(item.answer, item.details)))

    def columns(self, taken: Iterable[str] = ()) -> dict[str, str]:
        """{cell: name of its column}; none of those that are `taken` by the user is overwritten."""
        labels = sorted(name for name in self._seen if name.startswith("probability of "))
        first = [name for name in self._seen if not name.startswith("probability of ")]
        kept = [*first, *(labels if len(labels) <= MOST_LABELS else ()), *(["error"] if self._failed else ())]
        used = {str(name) for name in taken}
        return {name: free(name, used) for name in kept}


def records(answered: Iterable[Answered]) -> list[dict[str, Any]]:
    """The named cells of each row; of one that failed its error."""
    return [cells(item.answer, item.details) if item.error is None else {"error": item.error} for item in answered]


def answer_frame(answered: Sequence[Answered], columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A column for each named cell. columns: as `Names` found them, of these very answers if not given."""
    columns = Names.of(answered).columns() if columns is None else columns
    rows = records(answered)
    return pd.DataFrame({shown: _column([row.get(name) for row in rows]) for name, shown in columns.items()}, index=range(len(rows)))


def _column(values: list[Any]) -> Any:
    """Whole numbers stay whole where one is missing; pandas would make fractions of them."""
    whole = any(type(value) is int for value in values) and all(value is None or type(value) is int for value in values)
    return pd.array(values, dtype="Int64") if whole else values


def joined(rows: pd.DataFrame, answered: Sequence[Answered], columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The rows that were answered with their answers to the right; no column of the user's is overwritten."""
    left = rows.iloc[: len(answered)].reset_index(drop=True)
    columns = Names.of(answered).columns(map(str, left.columns)) if columns is None else columns
    return pd.concat([left, answer_frame(answered, columns)], axis=1)


def free(name: str, taken: set[str]) -> str:
    """The name, or with a number behind it where it is taken; it is taken from now on."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name} ({number})", number + 1
    taken.add(candidate)
    return candidate
