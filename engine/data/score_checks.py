"""Checks of what is no label: scores of pairs, and groups."""

from collections.abc import Iterator

import numpy as np

from engine.data.findings import Finding, Subject
from engine.data.fixes import Fix
from engine.words import number, plural

SCALES = (5, 10, 100, 4, 3, 7)  # highest scores of scales that people use


def check_scores(subject: Subject) -> Iterator[Finding]:
    """Scores have to be cosines: numbers from -1 to 1."""
    column = subject.column("score")
    if column is None:
        return
    import pandas

    name = subject.mapping[column.key]
    cells = subject.frame[name]
    values = pandas.to_numeric(cells.str.strip().str.replace(",", ".", regex=False), errors="coerce").to_numpy(dtype=float)
    wrong = np.isnan(values) & ~subject.missing[name]
    if wrong.any():
        yield Finding("scores_no_numbers", "error", int(wrong.sum()), f"{plural(int(wrong.sum()), 'score')} that is no number."
                      if wrong.sum() == 1 else f"{number(int(wrong.sum()))} scores that are no numbers.",
                      "A score says how alike the two are, from -1 to 1.", "Drop these rows, or choose another column.",
                      subject.numbers(wrong), (subject.drop(wrong),), subject.examples(np.flatnonzero(wrong)))
        return
    known = values[~np.isnan(values)]
    if not len(known):
        return
    low, high = float(known.min()), float(known.max())
    if low < -1 or high > 1:
        top = next((scale for scale in SCALES if high <= scale and scale - high < 0.2 * scale), high)
        fixes = (Fix("rescale", f"Divide by {top:g}, so that they go from 0 to 1", {"column": name, "by": top}),) if low >= 0 else ()
        yield Finding("scores_out_of_range", "error", int(((known < -1) | (known > 1)).sum()), f"Scores go from {low:g} to {high:g}.",
                      "The cosine of two vectors lies between -1 (opposite) and 1 (equal), and that is what is learnt.",
                      "Bring them to this range.", fixes=fixes)
    elif high - low < 1e-9:
        yield Finding("scores_all_equal", "error", len(known), f"Every score is {low:g}.", "There is no difference that could be learnt.",
                      "Choose another column, or add pairs that are less alike.")


def check_groups(subject: Subject) -> Iterator[Finding]:
    """Groups are learnt by comparing their rows."""
    column = subject.column("group")
    if column is None:
        return
    name = subject.mapping[column.key]
    cells = subject.frame[name][~subject.missing[name]]
    counts = cells.value_counts()
    alone = counts.index[counts == 1]
    if len(counts) - len(alone) < 2:
        yield Finding("too_few_groups", "error", int(len(counts)), "Fewer than two groups have several rows.",
                      "Rows of one group are drawn together and those of different groups apart: that takes two groups of two.",
                      "Choose another column, or add rows.")
    elif len(alone):
        mask = subject.frame[name].isin(alone).to_numpy(dtype=bool)
        yield Finding("groups_of_one", "note", int(mask.sum()), f"{plural(int(mask.sum()), 'row')} alone in their group.",
                      "With nothing to compare them to, they are left out of the training.", "", subject.numbers(mask),
                      (subject.drop(mask),), subject.examples(np.flatnonzero(mask)))
