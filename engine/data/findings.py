"""What a check found, in words for a person, and the table that the checks look at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data import cleaning
from engine.data.fixes import Fix
from engine.words import plural

if TYPE_CHECKING:
    import pandas

    from engine.tasks.declarations import Column, Variant

Severity = Literal["error", "warning", "note"]
Tokeniser = Callable[[list[str]], Sequence[Any]]
KEPT_ROWS = 1_000
_EXAMPLES = 5
_SHOWN = 160


@dataclass(frozen=True)
class Finding:
    """kind: a stable name. count: how many rows (or classes) it is about. rows: the first 1,000 numbers in the file.

    An error keeps training from working, a warning makes its result worse or its numbers wrong, a note is good to know.
    """

    kind: str
    severity: Severity
    count: int
    title: str
    meaning: str
    advice: str = ""
    rows: tuple[int, ...] = ()
    fixes: tuple[Fix, ...] = ()
    examples: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Report:
    """findings: what matters most first. rows: those looked at. classes: {label: rows}, the most frequent first."""

    findings: tuple[Finding, ...]
    rows: int
    classes: dict[str, int] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether nothing keeps training from working."""
        return not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True)
class Subject:
    """The rows under the checks, with what several checks need worked out once."""

    frame: "pandas.DataFrame"
    variant: "Variant"
    mapping: dict[str, str]
    separator: str | None
    max_tokens: int
    tokeniser: Tokeniser | None
    validation_split: float | tuple[Sequence[int], Sequence[int]]
    settings: dict[str, Any] = field(default_factory=dict)

    def column(self, *kinds: str) -> "Column | None":
        """The first mapped column of one of these kinds."""
        return next((column for column in self.variant.columns if column.kind in kinds and self.mapping.get(column.key)), None)

    @cached_property
    def text_name(self) -> str | None:
        column = self.column("text")
        return self.mapping[column.key] if column else None

    @cached_property
    def label_name(self) -> str | None:
        column = self.column("label", "labels")
        return self.mapping[column.key] if column else None

    @cached_property
    def several(self) -> bool:
        """Whether a row may have several labels."""
        return self.column("labels") is not None

    @cached_property
    def missing(self) -> dict[str, NDArray[np.bool_]]:
        """{column: (rows,) True where empty}."""
        return {name: cleaning.missing(self.frame[name]) for name in self.mapping.values()}

    @cached_property
    def text_codes(self) -> NDArray[np.int64]:
        """(rows,) one number a text (with its image, where a row has both); -1 where it is missing."""
        return self._joined([*(self._codes(self.frame[name], name) for name in self.text_names), *self._image_codes])

    @cached_property
    def text_names(self) -> list[str]:
        """All columns of texts: together they are what a row says."""
        return [self.mapping[column.key] for column in self.variant.columns if column.kind == "text" and self.mapping.get(column.key)]

    @cached_property
    def _image_codes(self) -> list[NDArray[np.int64]]:
        names = [self.mapping[column.key] for column in self.variant.columns if column.kind == "image" and self.mapping.get(column.key)]
        return [self._codes(self.frame[name], name) for name in names]

    @staticmethod
    def _joined(codes: list[NDArray[np.int64]]) -> NDArray[np.int64]:
        """(rows,) one number for each combination; -1 where any is missing."""
        if len(codes) == 1:
            return codes[0]
        table = np.stack(codes, axis=1)
        joined = np.unique(table, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
        joined[(table < 0).any(axis=1)] = -1
        return joined

    @cached_property
    def near_codes(self) -> NDArray[np.int64]:
        """(rows,) one number for texts that differ in case, signs and spaces only; -1 where missing."""
        return self._joined([*(cleaning.near_codes(self.frame[name]) for name in self.text_names), *self._image_codes])

    @cached_property
    def label_codes(self) -> NDArray[np.int64]:
        """(rows,) one number for each different cell of labels; -1 where it is missing."""
        return self._codes(self.frame[self.label_name], self.label_name)

    @cached_property
    def label_lists(self) -> list[list[str]]:
        """One list of labels a row, where a row may have several."""
        return cleaning.split_labels(self.frame[self.label_name], self.separator)

    @cached_property
    def classes(self) -> dict[str, int]:
        """{label: rows}, the most frequent first."""
        import pandas

        if self.label_name is None:
            return {}
        cells = self.frame[self.label_name][~self.missing[self.label_name]]
        if self.several:
            cells = pandas.Series([label for labels in self.label_lists for label in labels], dtype="str")
        return {str(label): int(count) for label, count in cells.value_counts().items()}

    def _codes(self, cells: "pandas.Series", name: str | None) -> NDArray[np.int64]:
        import pandas

        codes = pandas.factorize(cells)[0].astype(np.int64)
        codes[self.missing[str(name)]] = -1
        return codes

    def numbers(self, mask: NDArray[np.bool_]) -> tuple[int, ...]:
        """The first row numbers where the mask is True."""
        return tuple(int(number) for number in self.frame.index[np.flatnonzero(mask)[:KEPT_ROWS]])

    def drop(self, mask: NDArray[np.bool_]) -> Fix:
        """The fix that drops the rows where the mask is True."""
        rows = [int(row) for row in self.frame.index[mask]]
        return Fix("drop_rows", f"Drop {plural(len(rows), 'row')}", {"rows": rows})

    def examples(self, positions: "Sequence[int] | NDArray[np.intp]") -> tuple[dict[str, Any], ...]:
        """A few rows as they stand, long cells cut."""
        names = list(self.mapping.values())
        part = self.frame.iloc[list(positions)[:_EXAMPLES]]
        return tuple({"row": int(number), **{str(name): _cut(part[name].iloc[place]) for name in names}}
                     for place, number in enumerate(part.index))


def _cut(cell: Any) -> str:
    text = cell if isinstance(cell, str) else ""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
