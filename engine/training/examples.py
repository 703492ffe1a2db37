"""From params to what is learnt from: inputs, targets and the split, with every refusal in plain words."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import StudioError
from engine.tasks import task_class
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.tasks.declarations import Column, Variant
    from engine.training.learners import Learner

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Examples:
    """What is learnt from.

    inputs: what the model is given, each once. index (examples, k): the inputs that an example is made of. targets (examples, ...).
    rows: the row of the params that each example is. train, validation: positions of examples. classes are sorted, so that indices are
    the same in every process. notes: what was left out, in sentences. copies: how many changed copies of each training example follow,
    one turn of copies after the other.
    """

    inputs: list[Any]
    index: Positions
    targets: Tensor
    metric: str
    train: Positions
    validation: Positions
    classes: list[str] = field(default_factory=list)
    multi_label: bool = False
    rows: Positions = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    params: Mapping[str, list[Any]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    copies: int = 0

    @property
    def truth(self) -> NDArray[np.int64]:
        """Targets of the validation examples, as integers."""
        return self.targets.numpy()[self.validation].astype(np.int64)

    def row(self, position: int) -> int:
        """The row of the params that an example is."""
        return int(self.rows[position]) if len(self.rows) else int(position)

    def said(self, position: int) -> str:
        """An example in words, for tables."""
        return " · ".join(_said(self.inputs[place]) for place in self.index[position])

    def of(self, positions: Positions) -> list[list[Any]]:
        """The inputs of these examples."""
        return [[self.inputs[place] for place in self.index[position]] for position in positions]

    def only(self, positions: Positions) -> "Examples":
        """These examples as a set of their own, all to train on."""
        index, inverse = np.unique(self.index[positions], return_inverse=True)
        return replace(self, inputs=[self.inputs[place] for place in index], index=inverse.reshape(len(positions), -1),
                       targets=self.targets[positions.tolist()], train=np.arange(len(positions)), validation=np.arange(0),
                       rows=self.rows[positions] if len(self.rows) else positions, copies=0)


def read_examples(learner: "Learner", variant: str, params: Mapping[str, Any], settings: Settings) -> Examples:
    """Check the params against the task's declaration and let the learner's objective make examples of them."""
    declared = task_class(learner.task)
    chosen = declared.variant(variant)
    return learner.objective(chosen).read(chosen, declared.check_params(params, chosen), settings, learner.item)


def texts_of(values: Sequence[Any], what: str = "text", empty_allowed: bool = False) -> list[str]:
    """Texts, none of them missing."""
    empty = [row for row, value in enumerate(values) if value is None or value != value or not str(value).strip()]
    if empty and not empty_allowed:
        raise StudioError(f"{len(empty)} rows have no {what}, such as row {empty[0]}.", "Drop them, or fill them in.")
    return ["" if value is None or value != value else str(value) for value in values]


def columns_of(columns: Sequence["Column"], params: Mapping[str, list[Any]]) -> list[list[Any]]:
    """The values of these columns, checked by their kind."""
    from engine.training.images import checked_images

    return [checked_images(params[column.key]) if column.kind == "image" else texts_of(params[column.key], column.label.lower())
            for column in columns]


def unique(values: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """Each value once, and for each given value its place among these. Values that cannot be compared quickly count as different."""
    known: dict[Hashable, int] = {}
    found: list[Any] = []
    places = []
    for value in values:
        key = value if isinstance(value, str) or (isinstance(value, tuple) and all(isinstance(part, str) for part in value)) else id(value)
        if key not in known:
            known[key] = len(found)
            found.append(value)
        places.append(known[key])
    return found, places


def split_rows(rows: int, settings: Settings, share: Callable[[float], tuple[Any, Any]]) -> tuple[Positions, Positions]:
    """(training, validation) positions: the user's own, or what `share(fraction)` gives. A share of 0 trains on all rows."""
    given = settings.validation_split
    if isinstance(given, tuple | list):
        train, validation = (np.asarray(part, dtype=np.int64) for part in given)
        outside = [int(row) for row in np.concatenate([train, validation]) if not 0 <= row < rows]
        if outside:
            raise StudioError(f"The split names row {outside[0]}, but the rows go from 0 to {rows - 1}.", "Give row numbers that exist.")
    elif given == 0:
        train, validation = np.arange(rows), np.arange(0)
    else:
        train, validation = (np.asarray(part, dtype=np.int64) for part in share(given))
    if len(train) == 0:
        raise StudioError("No row is left to train on.", "Make the validation share smaller.")
    return train, validation


def enough(rows: int, better: str = "better a few dozen") -> None:
    """Refuse what is too little to learn from."""
    if rows < 2:
        raise StudioError(f"There is {rows} row, and that is too few to learn from." if rows else "There are no rows to learn from.",
                          f"Give at least two rows, {better}.")


def variant_inputs(variant: "Variant") -> list["Column"]:
    """The columns that a model is given, without the one that says what is to be learnt."""
    return list(variant.columns[:-1])


def _said(value: Any) -> str:
    if isinstance(value, tuple | dict):
        value = tuple(value.values()) if isinstance(value, dict) else value
        return " · ".join(_said(part) for part in value)
    if isinstance(value, str) and len(value) < 2000:
        return value
    return str(getattr(value, "name", "") or type(value).__name__)
