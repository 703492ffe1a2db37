"""Answers as columns beside the rows they belong to, and the files that carry both. No Streamlit here."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.errors import StudioError
from engine.tasks.answers import details_of

MOST_LABELS = 30  # more labels than this are not given a column each
SHEET_ROWS = 1_048_575  # rows below the header of an Excel sheet
SHEET_CELL = 32_767  # characters of an Excel cell
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Answered:
    """What became of one row: an answer with its details, or the sentence that says why there is none."""

    answer: Any = None
    error: str | None = None
    details: dict[str, Any] | None = None


def answered(answer: Any) -> Answered:
    """A task's answer as JSON can hold it."""
    return Answered(as_json(answer), details=as_json(details_of(answer)) or None)


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
        stem = "number" if answer and isinstance(answer[0], int | float) else "answer"
        return {f"{stem} {place}": value for place, value in enumerate(answer, start=1)}
    return {"answer": answer}


def answer_frame(answered: Sequence[Answered]) -> pd.DataFrame:
    """A column for each named cell, in the order of first sight; an `error` column only where a row failed."""
    rows = [{} if item.error is not None else cells(item.answer, item.details) for item in answered]
    names = list(dict.fromkeys(name for row in rows for name in row))
    labels = sorted(name for name in names if name.startswith("probability of "))
    kept = [name for name in names if name not in labels] + (labels if len(labels) <= MOST_LABELS else [])
    frame = pd.DataFrame({name: [row.get(name) for row in rows] for name in kept}, index=range(len(rows)))
    if any(item.error is not None for item in answered):
        frame["error"] = [item.error for item in answered]
    return frame


def joined(rows: pd.DataFrame, answered: Sequence[Answered]) -> pd.DataFrame:
    """The rows that were answered with their answers to the right; no column of the user's is overwritten."""
    left = rows.iloc[: len(answered)].reset_index(drop=True)
    right = answer_frame(answered)
    taken = {str(name) for name in left.columns}
    right = right.rename(columns={name: _free(name, taken) for name in right.columns})
    return pd.concat([left, right], axis=1)


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name} ({number})", number + 1
    taken.add(candidate)
    return candidate


def quoted(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets a quote before it (OWASP: CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def to_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads accents; formulas are quoted."""
    safe = frame.map(quoted)
    safe.columns = [quoted(str(name)) for name in frame.columns]
    text = io.StringIO()
    safe.to_csv(text, index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    return text.getvalue().encode("utf-8-sig", errors="replace")


def to_parquet(frame: pd.DataFrame, answered: Sequence[Answered]) -> bytes:
    """The user's columns, and the vectors as one column of lists of float32; a row that failed has none."""
    import pyarrow
    import pyarrow.parquet

    left = pyarrow.Table.from_pandas(frame.iloc[: len(answered)].reset_index(drop=True).astype("string"), preserve_index=False)
    vectors = pyarrow.array([item.answer for item in answered], type=pyarrow.list_(pyarrow.float32()))
    errors = pyarrow.array([item.error for item in answered], type=pyarrow.string())
    taken = set(left.column_names)
    file = io.BytesIO()
    table = left.append_column(_free("vector", taken), vectors).append_column(_free("error", taken), errors)
    pyarrow.parquet.write_table(table, file, compression="zstd")
    return file.getvalue()


def to_npy(answered: Sequence[Answered]) -> bytes:
    """A matrix of float32, a line for each row of the file in its order; a row that failed is all NaN."""
    import numpy as np

    width = next((len(item.answer) for item in answered if item.error is None), 0)
    matrix = np.full((len(answered), width), np.nan, dtype=np.float32)
    for place, item in enumerate(answered):
        if item.error is None:
            matrix[place] = item.answer
    file = io.BytesIO()
    np.save(file, matrix, allow_pickle=False)
    return file.getvalue()


def to_xlsx(frame: pd.DataFrame) -> bytes:
    """An Excel sheet in which every text stays a text. Refuses more rows than a sheet has."""
    if len(frame) > SHEET_ROWS:
        raise StudioError(f"An Excel sheet holds {SHEET_ROWS:,} rows, this file has {len(frame):,}.", "Download it as CSV.")
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Answers")
    sheet.append([_sheet_cell(sheet, str(name)) for name in frame.columns])
    for row in frame.itertuples(index=False, name=None):
        sheet.append([_sheet_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def to_jsonl(items: Iterable[dict[str, Any]], answered: Sequence[Answered]) -> bytes:
    """Each item as it came, with its answer's named cells behind its own; no key of the user's is overwritten."""
    cells_of = answer_frame(answered).astype(object)
    answers = cells_of.where(cells_of.notna(), None).to_dict("records")
    lines = []
    for item, answer in zip(items, answers, strict=False):
        taken = set(map(str, item))
        lines.append(json.dumps({**item, **{_free(name, taken): value for name, value in answer.items()}}, ensure_ascii=False))
    return ("\n".join(lines) + "\n").encode("utf-8", errors="replace")


def _sheet_cell(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if value is None or (isinstance(value, float) and value != value):
        return None
    if not isinstance(value, str):
        return value if isinstance(value, int | float | bool) else str(value)
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value)[:SHEET_CELL])
    cell.data_type = "s"  # openpyxl would take a leading = for a formula
    return cell
