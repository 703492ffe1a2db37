"""Checks of the labels: enough of them, not too many, spelt one way, balanced."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from engine.data import cleaning
from engine.data.findings import Finding, Severity, Subject
from engine.data.fixes import Fix
from engine.words import number, percent, plural

_PLACEHOLDERS = frozenset(("null", "nan", "n/a", "na", "#n/a", "none", "nil", "-", "--", "?", "unknown", "undefined", "(empty)",
                           "#null!", "#ref!"))
_NEARLY_EVERY_ROW = 0.5
_CLASSES_WORTH_ASKING = 50
_THIN = 5
_UNEVEN = 10
_LISTED = 6


def check_labels(subject: Subject) -> Iterator[Finding]:
    """Findings about the label column; nothing if the variant has none."""
    if subject.label_name is None or not subject.classes:
        return
    for check in (_one_class, _too_many, _placeholders, _spellings, _singletons, _imbalance, _several, _without):
        yield from check(subject)


def _one_class(subject: Subject) -> Iterator[Finding]:
    if len(subject.classes) == 1 and not subject.several:
        label = next(iter(subject.classes))
        yield Finding("one_class", "error", sum(subject.classes.values()), f"Every row has the same label, {_quoted(label)}.",
                      "There is nothing to tell apart, so nothing can be learnt.",
                      "Choose another label column, or add rows with other labels.")


def _too_many(subject: Subject) -> Iterator[Finding]:
    rows, classes = int((~subject.missing[str(subject.label_name)]).sum()), len(subject.classes)
    if classes <= _CLASSES_WORTH_ASKING:
        return
    if classes > _NEARLY_EVERY_ROW * rows:
        yield Finding("too_many_classes", "error", classes, f"{number(classes)} different labels in {plural(rows, 'row')}.",
                      f"Hardly a label in {_quoted(subject.label_name)} comes twice: the column looks like an id or free text.",
                      "Choose the column that says what kind of row it is; each label must occur several times to be learnt.",
                      examples=subject.examples(range(5)))
    elif classes > 500 and rows < _THIN * classes:
        yield Finding("thin_classes", "warning", classes, f"{number(classes)} labels with only {rows / classes:.1f} rows each on average.",
                      "So few examples of each label teach little.", "Drop rare labels, or merge labels that mean nearly the same.",
                      fixes=(_drop_classes(subject, _THIN),))


def _placeholders(subject: Subject) -> Iterator[Finding]:
    found = [label for label in subject.classes if cleaning.folded(label) in _PLACEHOLDERS]
    if not found or len(found) == len(subject.classes):
        return
    mask = _rows_with(subject, set(found))
    count = int(mask.sum())
    arguments = {"column": subject.label_name, "labels": found, "separator": _separator(subject)}
    yield Finding("placeholder_labels",
                  "warning", count, f"{plural(count, 'row')} with a label that may stand for “missing”: {_listed(found)}.",
                  "If it means that nobody gave a label, the model learns to answer it as if it were one.",
                  "Keep it if it is a real label; else drop these rows.", subject.numbers(mask),
                  (Fix("drop_labels", f"Drop {_listed(found)}", arguments),), subject.examples(np.flatnonzero(mask)))


def _spellings(subject: Subject) -> Iterator[Finding]:
    """Labels that differ only in case and spaces; the most frequent spelling wins."""
    alike: dict[str, list[str]] = defaultdict(list)
    for label in subject.classes:
        alike[cleaning.folded(label)].append(label)
    # A label is best kept without outer spaces, which nobody sees.
    into = {label: labels[0].strip() for labels in alike.values() for label in labels if label != labels[0].strip()}
    if not into:
        return
    mask = _rows_with(subject, set(into))
    groups = [labels for labels in alike.values() if len(labels) > 1]
    shown = "; ".join(" / ".join(_quoted(label) for label in labels[:4]) for labels in groups[:_LISTED])
    title = f"{plural(len(groups), 'label')} written in several ways." if groups else f"{plural(len(into), 'label')} with outer spaces."
    meaning = "They differ only in case or spaces, so the model would learn them as different classes"
    yield Finding("label_spellings", "warning", int(mask.sum()), title, f"{meaning}: {shown}." if groups else "Nobody sees the spaces.",
                  "Merge each into its most frequent spelling.", subject.numbers(mask),
                  (Fix("merge_labels", "Merge spellings", {"column": subject.label_name, "into": into, "separator": _separator(subject)}),),
                  subject.examples(np.flatnonzero(mask)))


def _singletons(subject: Subject) -> Iterator[Finding]:
    single = {label for label, count in subject.classes.items() if count == 1}
    if not single or len(subject.classes) > _NEARLY_EVERY_ROW * len(subject.frame) and len(subject.classes) > _CLASSES_WORTH_ASKING:
        return
    mask = _rows_with(subject, single)
    fixes = (_drop_classes(subject, 2),) if len(subject.classes) - len(single) > 1 else ()
    yield Finding("single_row_classes", "warning", len(single),
                  f"{plural(len(single), 'label')} with one row only: {_listed(sorted(single))}.",
                  "One example teaches little, and none is left to measure on: they are trained on, but never measured.",
                  "Add rows for them, or drop them.", subject.numbers(mask), fixes, subject.examples(np.flatnonzero(mask)))


def _imbalance(subject: Subject) -> Iterator[Finding]:
    counts = {label: count for label, count in subject.classes.items() if count > 1}
    if len(counts) < 2:
        return
    (most, large), (least, small) = next(iter(counts.items())), list(counts.items())[-1]
    if large < _UNEVEN * small:
        return
    share = large / sum(counts.values())
    severity: Severity = "warning" if share > 0.9 and not subject.several else "note"
    weighted = subject.settings.get("class_weights")
    fixes = () if weighted else (Fix("setting", "Use class weights", {"name": "class_weights", "value": True}),)
    usual = f"A model that always answers {_quoted(most)} would be right in {percent(share)} of the rows; rare labels are learnt less well."
    yield Finding("imbalance", severity, small, f"{_quoted(most)} has {number(large)} rows, {_quoted(least)} has {number(small)}.",
                  "Rare labels are learnt less well than frequent ones." if subject.several else usual,
                  "Class weights are on." if weighted else "Class weights make rare labels count as much as frequent ones.", fixes=fixes)


def _several(subject: Subject) -> Iterator[Finding]:
    """One variant chosen, the other one meant."""
    cells = subject.frame[str(subject.label_name)]
    if not subject.several:
        sign = cleaning.guess_separator(cells)
        if sign not in ("|", ";"):
            return
        mask = cells.str.contains(sign, regex=False, na=False).to_numpy(dtype=bool)
        if mask.sum() > 0.02 * len(cells):
            yield Finding("several_labels", "warning", int(mask.sum()),
                          f"{plural(int(mask.sum()), 'row')} with several labels, separated by {sign}.",
                          "Each combination is learnt as a label of its own.",
                          "If a text may have several labels, go back and choose that variant.",
                          subject.numbers(mask), examples=subject.examples(np.flatnonzero(mask)))
    elif all(len(labels) < 2 for labels in subject.label_lists):
        yield Finding("never_several_labels", "note", len(cells), "No row has more than one label.",
                      "Learning one label per text is easier and gives probabilities that add up to 1.",
                      "If there is always exactly one, go back and choose that variant; else check the separator.")


def _without(subject: Subject) -> Iterator[Finding]:
    if not subject.several:
        return
    mask = np.array([not labels for labels in subject.label_lists], dtype=bool)
    if mask.any() and not mask.all():
        fix = Fix("drop_missing", "Drop rows without labels", {"columns": [subject.label_name]})
        yield Finding("no_labels", "note", int(mask.sum()), f"{plural(int(mask.sum()), 'row')} without any label.",
                      "The model learns that no label fits them.", "Drop them if somebody only forgot to label them.",
                      subject.numbers(mask), (fix,))


def _rows_with(subject: Subject, labels: set[str]) -> np.ndarray:
    if not subject.several:
        return subject.frame[str(subject.label_name)].isin(labels).to_numpy(dtype=bool)
    return np.array([not labels.isdisjoint(row) for row in subject.label_lists], dtype=bool)


def _drop_classes(subject: Subject, below: int) -> Fix:
    label = "Drop labels with one row" if below == 2 else f"Drop labels with fewer than {below} rows"
    return Fix("drop_classes", label, {"column": subject.label_name, "below": below, "separator": _separator(subject)})


def _separator(subject: Subject) -> str | None:
    return (subject.separator or "|") if subject.several else None


def _quoted(label: object) -> str:
    text = str(label)
    return f"“{text if len(text) <= 60 else text[:60] + '…'}”"


def _listed(labels: list[str]) -> str:
    more = f" and {number(len(labels) - _LISTED)} more" if len(labels) > _LISTED else ""
    return ", ".join(_quoted(label) for label in labels[:_LISTED]) + more
