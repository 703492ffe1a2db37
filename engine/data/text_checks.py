"""Checks of the texts: copies, near-copies, contradictions, length, leakage between training and validation."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.data.findings import Finding, Subject
from engine.data.fixes import Fix
from engine.words import number, percent, plural

_NUMBER = r"\s*[-+]?[\d.,:/\- ]*\d[\d.,:/\- ]*%?\s*"
_CJK = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_LONGEST = 512
_LOOKED_AT = 2_000


def check_texts(subject: Subject) -> Iterator[Finding]:
    """Findings about the text columns; nothing if the variant has none."""
    if subject.text_name is None or subject.missing[subject.text_name].all():
        return
    for check in (_numbers, _conflicts, _copies, _near_copies, _long, _leakage):
        yield from check(subject)


def _numbers(subject: Subject) -> Iterator[Finding]:
    cells = subject.frame[str(subject.text_name)].dropna()
    if cells.iloc[:: max(1, len(cells) // _LOOKED_AT)].str.fullmatch(_NUMBER).mean() < 0.5:
        return
    numeric = cells.str.fullmatch(_NUMBER).to_numpy(dtype=bool)
    if numeric.mean() > 0.8:
        yield Finding("numeric_texts", "warning", int(numeric.sum()), f"The text column “{subject.text_name}” holds numbers.",
                      f"{percent(float(numeric.mean()))} of its cells are numbers or dates, and a language model reads little in them.",
                      "Choose the column with the words.", examples=subject.examples(range(5)))


def _several_times(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(rows,) True for the second and later rows of a code; -1 never."""
    import pandas

    return pandas.Series(codes).duplicated().to_numpy() & (codes >= 0)


def _pairs(codes: NDArray[np.int64], subject: Subject) -> NDArray[np.int64]:
    """(rows,) one number for each pair of a text's code and its labels; -1 where one is missing."""
    if subject.label_name is None:
        return codes
    pairs = codes * (int(subject.label_codes.max()) + 2) + subject.label_codes + 1
    return np.where((codes < 0) | (subject.label_codes < 0), -1, pairs)


def _torn(codes: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(rows,) True where the code occurs with two different labels."""
    known = (codes >= 0) & (labels >= 0)
    if not known.any():
        return known
    width = int(labels.max()) + 1
    pairs = np.unique(codes[known] * width + labels[known])
    counts = np.bincount(pairs // width, minlength=int(codes.max()) + 1)
    return known & (counts[np.maximum(codes, 0)] > 1)


def _conflicts(subject: Subject) -> Iterator[Finding]:
    if subject.label_name is None:
        return
    mask = _torn(subject.text_codes, subject.label_codes)
    if not mask.any():
        return
    texts = len(np.unique(subject.text_codes[mask]))
    arguments = {"text": subject.text_name, "label": subject.label_name}
    together = np.flatnonzero(mask)[np.argsort(subject.text_codes[mask], kind="stable")]
    yield Finding("conflicting_labels", "warning", int(mask.sum()),
                  f"{plural(texts, 'text')} under more than one label ({plural(int(mask.sum()), 'row')}).",
                  "The same text teaches two different answers, and whichever the model gives is counted as a mistake somewhere.",
                  "Keep the most frequent label of each, or drop these rows.", subject.numbers(mask),
                  (Fix("keep_majority", "Keep the most frequent label", arguments), Fix("drop_conflicts", "Drop these rows", arguments)),
                  subject.examples(together))


def _copies(subject: Subject) -> Iterator[Finding]:
    mask = _several_times(_pairs(subject.text_codes, subject))
    if not mask.any():
        return
    columns = [*subject.text_names, *([subject.label_name] if subject.label_name else [])]
    yield Finding("duplicates", "warning", int(mask.sum()), f"{plural(int(mask.sum()), 'row')} that repeat an earlier one.",
                  "All that is learnt from is the same: copies teach nothing new and weigh more than they should.",
                  "Keep the first of each.", subject.numbers(mask), (Fix("keep_first", "Keep the first of each", {"columns": columns}),),
                  subject.examples(np.flatnonzero(mask)))


def _near_copies(subject: Subject) -> Iterator[Finding]:
    """Copies but for case, signs and spaces, with the same label, that are not already exact copies."""
    mask = _several_times(_pairs(subject.near_codes, subject)) & ~_several_times(_pairs(subject.text_codes, subject))
    if not mask.any():
        return
    columns = [*subject.text_names, *([subject.label_name] if subject.label_name else [])]
    yield Finding("near_duplicates", "note", int(mask.sum()), f"{plural(int(mask.sum()), 'row')} that nearly repeat an earlier one.",
                  "They differ only in case, punctuation or spaces. The split keeps them on one side, so that the result is not flattered.",
                  "Keep the first of each if they are copies.", subject.numbers(mask),
                  (Fix("keep_first", "Keep the first of each", {"columns": columns, "nearly": True}),),
                  subject.examples(np.flatnonzero(mask)))


def _long(subject: Subject) -> Iterator[Finding]:
    lengths, exact = token_counts(subject)
    mask = lengths > subject.max_tokens
    if not mask.any():
        return
    about = "" if exact else "about "
    longest, count = int(lengths.max()), int(mask.sum())
    wider = next((size for size in (256, _LONGEST) if size > subject.max_tokens and (lengths > size).sum() < count), None)
    if subject.variant.columns[-1].kind in ("score", "group"):
        wider = None  # vectors are made of as much as the model reads
    name = "max_length" if subject.variant.is_labelled else "max_input_length"
    fixes = (Fix("setting", f"Read up to {wider} tokens", {"name": name, "value": wider}),) if wider else ()
    yield Finding("long_texts",
                  "note", count, f"{about}{plural(count, 'text')} longer than {number(subject.max_tokens)} tokens.".capitalize(),
                  f"A token is a word or a piece of one. What is beyond {number(subject.max_tokens)} is cut off and not read "
                  f"(the longest has {about}{number(longest)}).{'' if exact else ' This is an estimate from the number of words.'}",
                  "Mostly the beginning says enough; reading more takes more time and memory.", subject.numbers(mask), fixes,
                  subject.examples(np.flatnonzero(mask)))


def token_counts(subject: Subject) -> tuple[NDArray[np.int64], bool]:
    """((rows,) tokens of each text, whether a tokeniser counted them). Texts too short to be cut are only estimated."""
    import pyarrow
    import pyarrow.compute as compute

    cells = pyarrow.chunked_array([pyarrow.array(subject.frame[str(subject.text_name)], type=pyarrow.large_string(), from_pandas=True)])
    cells = compute.fill_null(cells, "")
    letters = compute.utf8_length(cells).to_numpy()
    words = compute.count_substring(cells, " ").to_numpy() + 1
    ideographs = compute.count_substring_regex(cells, _CJK).to_numpy()
    counts = (np.maximum(words * 1.35, (letters - ideographs) / 4.5) + ideographs + 2).astype(np.int64)
    if subject.tokeniser is None:
        return counts, False
    # No token is shorter than one letter (two more mark the ends), so shorter texts cannot be cut.
    long = np.flatnonzero(letters > subject.max_tokens - 2)
    counts[letters <= subject.max_tokens - 2] = np.minimum(counts[letters <= subject.max_tokens - 2], subject.max_tokens)
    texts = subject.frame[str(subject.text_name)].iloc[long].tolist()
    counts[long] = [found if isinstance(found, int) else len(found) for found in subject.tokeniser(texts)] if texts else []
    return counts, True


def _leakage(subject: Subject) -> Iterator[Finding]:
    """Validation rows whose text, or nearly the same, is in training: they measure memory, not learning.

    Only a split that the user gives can have them: the studio's own keeps copies on one side.
    """
    if isinstance(subject.validation_split, (int, float)):
        return
    rows = len(subject.frame)
    train, validation = (np.asarray(part, dtype=np.int64) for part in subject.validation_split)
    train, validation = train[(train >= 0) & (train < rows)], validation[(validation >= 0) & (validation < rows)]
    near = subject.near_codes
    mask = np.zeros(rows, dtype=bool)
    mask[validation] = np.isin(near[validation], near[train]) & (near[validation] >= 0)
    if mask.any():
        share = percent(mask.sum() / len(validation))
        yield Finding("leakage", "warning", int(mask.sum()), f"{plural(int(mask.sum()), 'validation row')} whose text is in training too.",
                      f"{share} of the validation rows make the result look better than it is.",
                      "Let the studio split the rows, or drop the copies.", subject.numbers(mask),
                      (Fix("keep_first", "Keep the first of each", {"columns": [subject.text_name], "nearly": True}),),
                      subject.examples(np.flatnonzero(mask)))
