"""The data doctor: looks at the rows before training and says what is wrong, what it means and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Union

from engine.data.findings import Finding, Report, Subject, Tokeniser
from engine.data.fixes import Fix
from engine.data.image_checks import check_images
from engine.data.label_checks import check_labels
from engine.data.mapping import check_mapping, separator_of
from engine.data.score_checks import check_groups, check_scores
from engine.data.text_checks import check_texts
from engine.words import plural

if TYPE_CHECKING:
    import pandas

    from engine.data.dataset import Dataset
    from engine.tasks.declarations import Variant

__all__ = ["Finding", "Report", "check"]

_FEW = 20
_SEVERITY = {"error": 0, "warning": 1, "note": 2}
# Of equally severe findings, what does most harm comes first.
_HARM = {kind: place for place, kind in enumerate((
    "too_few_rows", "empty_column", "one_class", "too_many_classes", "too_few_groups", "scores_no_numbers", "scores_out_of_range",
    "scores_all_equal", "images_missing", "images_unreadable", "missing", "images_conflicting", "leakage", "conflicting_labels",
    "numeric_texts",
    "several_labels", "label_spellings", "placeholder_labels", "few_rows", "thin_classes", "imbalance", "duplicates", "images_twice"))}


def check(data: Union["Dataset", "pandas.DataFrame"], variant: "Variant", mapping: Mapping[str, str | None] | None = None, *,
          max_tokens: int | None = None, tokeniser: Tokeniser | None = None,
          validation_split: float | tuple[Sequence[int], Sequence[int]] = 0.15, separator: str | None = None) -> Report:
    """All findings, what matters most first.

    mapping: {key: column}; a data set brings its own. tokeniser: texts to token lists (or their lengths); without one lengths are
    estimated. validation_split: a share, or (training, validation) positions.
    StudioError: a required column is not mapped.
    """
    from engine.data.dataset import Dataset

    if isinstance(data, Dataset):
        mapping, separator = mapping or data.mapping, separator or data.separator
        frame, settings = data.frame(), data.settings
        validation_split = settings.get("validation_split", validation_split)
        files = data.files() if any(column.kind == "image" for column in variant.columns) else {}
    else:
        frame, settings, files = data, {}, None
    mapping = mapping or {}
    check_mapping(frame, variant, mapping)
    chosen = {key: name for key, name in mapping.items() if name}
    separator = separator or separator_of(frame, variant, chosen)
    limit = settings.get("max_length" if variant.is_labelled else "max_input_length", max_tokens or variant.reads)
    subject = Subject(frame, variant, chosen, separator, limit, tokeniser, validation_split, settings)
    found = [*_check_rows(subject)]
    if len(frame):
        found += [*check_labels(subject), *check_scores(subject), *check_groups(subject), *check_texts(subject),
                  *check_images(subject, files or {})]
    found.sort(key=lambda finding: (_SEVERITY[finding.severity], _HARM.get(finding.kind, len(_HARM)), -finding.count))
    return Report(tuple(found), len(frame), subject.classes if len(frame) else {})


def _check_rows(subject: Subject) -> Iterator[Finding]:
    rows = len(subject.frame)
    if rows < 2:
        yield Finding("too_few_rows", "error", rows, f"There is {plural(rows, 'row')}." if rows else "There are no rows.",
                      "Learning needs at least two rows of each label.", "Upload a table with more rows, or check which row is the header.")
    elif rows < _FEW:
        yield Finding("few_rows", "warning", rows, f"There are only {rows} rows.",
                      "The result will depend on chance, and so will its measure.",
                      "Ten or more rows for each label are a good start.")
    for column in subject.variant.columns:
        if rows and column.required and subject.mapping.get(column.key):
            yield from _missing(subject, subject.mapping[column.key], column.label.lower(), column.kind == "labels")


def _missing(subject: Subject, name: str, label: str, may_be_empty: bool) -> Iterator[Finding]:
    mask = subject.missing[name]
    count = int(mask.sum())
    if count == len(mask):
        yield Finding("empty_column", "error", count, f"The column “{name}” is empty in every row.",
                      f"No row has a {label}, so there is nothing to learn.",
                      f"Choose the column that holds the {label}.")
    elif count and not may_be_empty:
        yield Finding("missing", "error", count, f"{plural(count, 'row')} without a {label}.",
                      f"A row without a {label} cannot be learnt from.",
                      "Drop these rows, or fill them in and upload the file again.", subject.numbers(mask),
                      (Fix("drop_missing", f"Drop {plural(count, 'row')}", {"columns": [name]}),), subject.examples(mask.nonzero()[0]))
