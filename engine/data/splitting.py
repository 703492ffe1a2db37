"""Training and validation rows: each class in its share, the same seed the same rows, a text and its near-copies on one side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import StudioError

Positions = NDArray[np.int64]
_PASSES = 8


def split(labels: Sequence[Any], share: float, seed: int, texts: Sequence[str] | None = None,
          groups: Positions | None = None) -> tuple[Positions, Positions]:
    """(training, validation) positions, ascending.

    labels: one label a row, or a list of labels a row (rows are then balanced by their rarest label). share: of validation, 0 to below 1.
    texts: rows whose texts differ at most in case, signs and spaces stay on one side. groups: so do rows of one number; -1 is in no group.
    A class of one row, and at least one row of every class, stays in training.
    """
    if not 0 <= share < 1:
        raise StudioError(f"The validation share cannot be {share}.", "Give a number from 0 to 0.9.")
    rows = len(labels)
    if share == 0 or rows < 2:
        return np.arange(rows), np.arange(0)
    random = np.random.default_rng(seed)
    together = _groups(rows, texts, groups)
    marks = _Marks.of(labels)
    _, first, sizes = np.unique(together, return_index=True, return_counts=True)
    strata = marks.strata()[first]
    chosen = _choose(strata, sizes, _quotas(strata, sizes, share, random), random)
    _keep_every_label_in_training(marks, together, chosen)
    held = chosen[together]
    return np.flatnonzero(~held), np.flatnonzero(held)


@dataclass(frozen=True)
class _Marks:
    """Which label stands at which row: two lists side by side, as long as there are labels."""

    rows: int
    row: Positions
    label: Positions

    @classmethod
    def of(cls, labels: Sequence[Any]) -> "_Marks":
        if not isinstance(next(iter(labels), None), (list, tuple, set, frozenset)):
            return cls(len(labels), np.arange(len(labels)), _codes(labels))
        lengths = np.fromiter(map(len, labels), dtype=np.int64, count=len(labels))
        # Sets have no order of their own that is the same in every process.
        flat = _codes(label for row in labels for label in (sorted(row, key=str) if isinstance(row, (set, frozenset)) else row))
        return cls(len(labels), np.repeat(np.arange(len(labels)), lengths), flat)

    def strata(self) -> Positions:
        """(rows,) what a row is balanced by: its rarest label, which is its only one where each row has one."""
        counts = np.bincount(self.label, minlength=1)
        rank = np.empty(len(counts), dtype=np.int64)
        rank[np.argsort(counts, kind="stable")] = np.arange(len(counts))
        strata = np.full(self.rows, len(counts), dtype=np.int64)
        np.minimum.at(strata, self.row, rank[self.label])
        return _codes(strata.tolist())


def _codes(values: Iterable[Any]) -> Positions:
    """Numbers from 0 in order of first appearance."""
    seen: dict[Any, int] = {}
    return np.fromiter((seen.setdefault(value, len(seen)) for value in values), dtype=np.int64)


def _groups(rows: int, texts: Sequence[str] | None, groups: Positions | None) -> Positions:
    """(rows,) from 0: rows of one number belong together."""
    if groups is None and texts is None:
        return np.arange(rows)
    if groups is None:
        import pandas

        from engine.data.cleaning import near_codes

        groups = near_codes(pandas.Series(list(texts or ()), dtype="str"))
    if len(groups) != rows:
        raise StudioError(f"There are {rows:,} labels and {len(groups):,} texts.", "Give one text for each label.")
    alone = groups < 0
    groups = np.where(alone, int(groups.max(initial=0)) + np.cumsum(alone), groups)
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def _quotas(strata: Positions, sizes: Positions, share: float, random: np.random.Generator) -> Positions:
    """Validation rows for each stratum: its share rounded so that the total fits, never all of its rows."""
    rows = np.bincount(strata, weights=sizes).astype(np.int64)
    exact = rows * share
    quotas = np.minimum(np.floor(exact).astype(np.int64), rows - 1)
    missing = max(1, round(rows.sum() * share)) - int(quotas.sum())
    # Largest remainders first; equal ones by chance, so that no class is favoured by its name.
    order = np.lexsort((random.random(len(rows)), -(exact - np.floor(exact))))
    while missing > 0:
        room = order[quotas[order] < rows[order] - 1][:missing]
        if not len(room):
            break
        quotas[room] += 1
        missing -= len(room)
    return quotas


def _choose(strata: Positions, sizes: Positions, quotas: Positions, random: np.random.Generator) -> NDArray[np.bool_]:
    """(groups,) True for validation: in random order, as many groups as fit into the stratum's quota."""
    chosen = np.zeros(len(strata), dtype=bool)
    left = quotas.copy()
    order = np.lexsort((random.random(len(strata)), strata))
    for _ in range(_PASSES):
        order = order[~chosen[order] & (sizes[order] <= left[strata[order]])]
        if not len(order):
            break
        of, size = strata[order], sizes[order]
        total = np.cumsum(size)
        begins = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
        before = np.repeat((total - size)[begins], np.diff(np.r_[begins, len(of)]))
        fits = total - before <= left[of]
        chosen[order[fits]] = True
        left -= np.bincount(of[fits], weights=size[fits], minlength=len(left)).astype(np.int64)
    return chosen


def _keep_every_label_in_training(marks: _Marks, together: Positions, chosen: NDArray[np.bool_]) -> None:
    """What is never seen in training cannot be learnt: one group with such a label goes back."""
    labels = int(marks.label.max(initial=-1)) + 1
    while True:
        held = chosen[together][marks.row]
        learnt = np.bincount(marks.label[~held], minlength=labels) > 0
        lost = np.flatnonzero(held & ~learnt[marks.label])
        if not len(lost):
            return
        # The first row of each lost label; all at once, since a group that goes back can only bring more labels.
        _, first = np.unique(marks.label[lost], return_index=True)
        chosen[together[marks.row[lost[first]]]] = False
