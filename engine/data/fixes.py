"""What one click mends. A fix is plain JSON; applied to the same rows it always gives the same rows."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.data import cleaning
from engine.errors import StudioError

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Fix:
    """kind: a name in FIXES, or "setting" (arguments {name, value}: a training setting, rows stay). label: what the button says."""

    kind: str
    label: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "label": self.label, "arguments": self.arguments}

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Fix":
        return cls(str(values["kind"]), str(values["label"]), dict(values["arguments"]))


def apply_fix(frame: "pandas.DataFrame", fix: Fix) -> "pandas.DataFrame":
    """The rows after the fix, with their numbers; the frame given stays as it is. StudioError: an unknown fix or column."""
    if fix.kind == "setting":
        return frame
    if fix.kind not in FIXES:
        raise StudioError(f"There is no fix called {fix.kind!r}.", f"Known are {', '.join(FIXES)}.")
    named = [fix.arguments[name] for name in ("column", "text", "label") if name in fix.arguments]
    if unknown := [name for name in (*named, *fix.arguments.get("columns", ())) if name not in frame.columns]:
        raise StudioError(f"The fix “{fix.label}” needs the column {unknown[0]!r}, which is not there.",
                          "Undo it, or read the file as before.")
    return FIXES[fix.kind](frame, **fix.arguments)


def drop_rows(frame: "pandas.DataFrame", rows: list[int]) -> "pandas.DataFrame":
    """Rows by their numbers in the file."""
    return frame[~frame.index.isin(rows)]


def drop_missing(frame: "pandas.DataFrame", columns: list[str]) -> "pandas.DataFrame":
    """Rows where any of the columns is empty."""
    for name in columns:
        frame = frame[~cleaning.missing(frame[name])]
    return frame


def keep_first(frame: "pandas.DataFrame", columns: list[str], nearly: bool = False) -> "pandas.DataFrame":
    """Of rows that agree in the columns the first stays. nearly: case, signs and spaces of the first column do not count."""
    keys = frame[columns]
    if nearly:
        keys = keys.assign(**{columns[0]: cleaning.near_codes(frame[columns[0]])})
    return frame[~(keys.duplicated().to_numpy() & ~cleaning.missing(frame[columns[0]]))]


def conflicting(frame: "pandas.DataFrame", text: str, label: str) -> "pandas.Series":
    """(rows,) True where the row's text occurs under two labels or more; empty cells do not count."""
    import pandas

    known = ~(cleaning.missing(frame[text]) | cleaning.missing(frame[label]))
    pairs = frame.loc[known, [text, label]]
    different = pairs.drop_duplicates()[text]
    torn = different[different.duplicated()].unique()
    return pandas.Series(known, index=frame.index) & frame[text].isin(torn)


def drop_conflicts(frame: "pandas.DataFrame", text: str, label: str) -> "pandas.DataFrame":
    """Every row whose text occurs under two labels."""
    return frame[~conflicting(frame, text, label).to_numpy()]


def keep_majority(frame: "pandas.DataFrame", text: str, label: str) -> "pandas.DataFrame":
    """Of a text under two labels, the rows of its most frequent label stay; of equally frequent ones the first."""
    torn = conflicting(frame, text, label).to_numpy()
    pairs = frame.loc[torn, [text, label]]
    counts = pairs.groupby([text, label], sort=False).size().reset_index(name="count")
    best = counts.sort_values("count", ascending=False, kind="stable").drop_duplicates(text).set_index(text)[label]
    chosen = pairs[label].to_numpy() == pairs[text].map(best).to_numpy()
    keep = ~torn
    keep[torn] = chosen
    return frame[keep]


def merge_labels(frame: "pandas.DataFrame", column: str, into: dict[str, str], separator: str | None = None) -> "pandas.DataFrame":
    """Labels renamed; with a separator each label within a cell."""
    if separator is None:
        renamed = frame[column].map(lambda cell: into.get(cell, cell), na_action="ignore")
        return frame.assign(**{column: renamed.astype(frame[column].dtype)})
    return _rewrite(frame, column, separator, lambda labels: list(dict.fromkeys(into.get(label, label) for label in labels)))


def relabel(frame: "pandas.DataFrame", column: str, rows: list[int], labels: list[str]) -> "pandas.DataFrame":
    """Rows by their numbers in the file get these labels."""
    cells = frame[column].copy()
    known = [(row, label) for row, label in zip(rows, labels, strict=True) if row in frame.index]
    cells.loc[[row for row, _ in known]] = [label for _, label in known]
    return frame.assign(**{column: cells})


def drop_classes(frame: "pandas.DataFrame", column: str, below: int, separator: str | None = None) -> "pandas.DataFrame":
    """Labels with fewer than `below` rows: their rows go; with a separator only the label goes, the row stays."""
    if separator is None:
        return frame[~(frame[column].map(frame[column].value_counts()) < below).to_numpy(dtype=bool)]
    import pandas

    counts = pandas.Series([label for labels in cleaning.split_labels(frame[column], separator) for label in labels]).value_counts()
    kept = set(counts[counts >= below].index)
    return _rewrite(frame, column, separator, lambda labels: [label for label in labels if label in kept])


def drop_labels(frame: "pandas.DataFrame", column: str, labels: list[str], separator: str | None = None) -> "pandas.DataFrame":
    """Rows with one of these labels; with a separator only the labels go, the rows stay."""
    if separator is None:
        return frame[~frame[column].isin(labels).to_numpy(dtype=bool)]
    gone = set(labels)
    return _rewrite(frame, column, separator, lambda found: [label for label in found if label not in gone])


def rescale(frame: "pandas.DataFrame", column: str, by: float) -> "pandas.DataFrame":
    """Numbers divided by `by`; what is no number stays."""
    def divided(cell: Any) -> Any:
        try:
            return f"{float(str(cell).strip().replace(',', '.')) / by:.6g}"
        except ValueError:
            return cell

    return frame.assign(**{column: frame[column].map(divided, na_action="ignore").astype(frame[column].dtype)})


def strip_spaces(frame: "pandas.DataFrame", columns: list[str]) -> "pandas.DataFrame":
    """Outer spaces of cells go."""
    return frame.assign(**{name: frame[name].str.strip() for name in columns})


def join_labels(frame: "pandas.DataFrame", columns: list[str], into: str) -> "pandas.DataFrame":
    """A row's labels in one new cell: the names of those columns that say yes (1, true, yes, x)."""
    marked = [(name, cleaning.says_yes(frame[name])) for name in columns]
    chosen = [[name for name, yes in marked if yes[row]] for row in range(len(frame))]
    return _with(frame, into, [cleaning.join_labels(labels, "[]") if labels else None for labels in chosen])


def join_pairs(frame: "pandas.DataFrame", columns: list[str], into: str) -> "pandas.DataFrame":
    """Pairs in one new cell. columns: question, answer, question, answer, …; a pair with an empty question is left out."""
    parts = [frame[name].fillna("").str.strip().tolist() for name in columns]
    rows = zip(*(zip(*parts[place:place + 2], strict=True) for place in range(0, len(parts), 2)), strict=True)
    return _with(frame, into, [json.dumps([pair for pair in row if pair[0]], ensure_ascii=False) for row in rows])


def _with(frame: "pandas.DataFrame", name: str, cells: list[str | None]) -> "pandas.DataFrame":
    import pandas

    return frame.assign(**{name: pandas.Series(cells, index=frame.index, dtype=frame.dtypes.iloc[0])})


def _rewrite(frame: "pandas.DataFrame", column: str, separator: str, change: Callable[[list[str]], list[str]]) -> "pandas.DataFrame":
    import pandas

    cells = [cleaning.join_labels(change(labels), separator) or None for labels in cleaning.split_labels(frame[column], separator)]
    return frame.assign(**{column: pandas.Series(cells, index=frame.index, dtype=frame[column].dtype)})


FIXES: dict[str, Callable[..., "pandas.DataFrame"]] = {
    "drop_rows": drop_rows, "drop_missing": drop_missing, "keep_first": keep_first, "drop_conflicts": drop_conflicts,
    "keep_majority": keep_majority, "merge_labels": merge_labels, "drop_classes": drop_classes,
    "drop_labels": drop_labels, "strip_spaces": strip_spaces, "rescale": rescale,
    "relabel": relabel, "join_labels": join_labels, "join_pairs": join_pairs,
}
