"""ROUGE (Lin 2004): how much two texts share, in words (1), pairs of words (2), and the longest common sequence of words (L).

The sums are those of the package rouge-score without stemming, except that words are those of any script.
"""

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")


def rouge(written: str, wanted: str) -> dict[str, float]:
    """{"rouge_1", "rouge_2", "rouge_l"}: F1 of the written text against the wanted one, 0 to 1; 0 where either has no words."""
    left, right = words(written), words(wanted)
    return {"rouge_1": _overlap(left, right, 1), "rouge_2": _overlap(left, right, 2),
            "rouge_l": _f1(common_length(left, right), len(left), len(right))}


def mean_rouge(written: Sequence[str], wanted: Sequence[str]) -> dict[str, float]:
    """The means over all pairs."""
    scores = [rouge(one, other) for one, other in zip(written, wanted, strict=True)]
    return {key: sum(score[key] for score in scores) / max(len(scores), 1) for key in ("rouge_1", "rouge_2", "rouge_l")}


def words(text: str) -> list[str]:
    """Words and numbers, written small."""
    return _WORD.findall(text.lower())


def common_length(left: Sequence[str], right: Sequence[str]) -> int:
    """Length of the longest sequence of words that both hold in this order, with gaps allowed."""
    row = [0] * (len(right) + 1)
    for word in left:
        before = 0
        for place, other in enumerate(right, start=1):
            before, row[place] = row[place], before + 1 if word == other else max(row[place], row[place - 1])
    return row[-1]


def _overlap(left: Sequence[str], right: Sequence[str], size: int) -> float:
    mine, theirs = (Counter(zip(*(text[start:] for start in range(size)), strict=False)) for text in (left, right))
    return _f1((mine & theirs).total(), mine.total(), theirs.total())


def _f1(hits: int, written: int, wanted: int) -> float:
    return 2 * hits / (written + wanted) if hits else 0.0
