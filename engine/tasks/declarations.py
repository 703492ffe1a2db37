"""What a task declares about its finetuning: columns, variants, and the sample that comes with it."""

from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["text", "label", "labels", "score", "group", "image", "pairs"]
# What an answer is, which decides how it is drawn and which columns it gives a file:
# {label: probability}; a text with its place in the context; a label with all probabilities; a summary; a text or several; numbers.
AnswerKind = Literal["probabilities", "span", "label", "summary", "text", "vector"]


@dataclass(frozen=True)
class Column:
    """One key of a variant's `params`.

    guesses: lower-case names that a user's own column may bear, best first.
    """

    key: str
    kind: ColumnKind
    label: str
    help: str
    example: str
    required: bool = True
    guesses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variant:
    """One way to finetune a task. metric: the primary one, which a run is judged by. reads, writes: tokens of an input, and of a text to
    write, that are kept unless the settings say otherwise."""

    name: str
    label: str
    help: str
    columns: tuple[Column, ...]
    metric: str
    greater_is_better: bool = True
    reads: int = 128
    writes: int = 32

    @property
    def is_labelled(self) -> bool:
        """Whether a row bears labels to sort by."""
        return self.columns[-1].kind in ("label", "labels")


@dataclass(frozen=True)
class Sample:
    """A small real data set in `assets/` to try finetuning with."""

    file: str
    sentence: str
    licence: str
