"""What Lightning iterates over: ours, or what the user's functions give in its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.training.batch_size import find_batch_size
from engine.training.examples import Examples
from engine.training.lightning_module import Hooks, call
from engine.training.objectives import Objective
from engine.training.order import BatchOrder, Ramp
from engine.training.rows import Batches, OpenedRows, Rows, lengths_of
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.training.learners import Learner

OPENED_PER_EVALUATION = 32


@dataclass(frozen=True)
class Loaders:
    """validation: None without validation rows. accumulate: batches a step. steps: of the whole training, None if unknown."""

    train: Any
    validation: Any
    batch_size: int
    accumulate: int
    steps: int | None


def loaders_of(learner: "Learner", objective: Objective, rows: Rows, examples: Examples, settings: Settings, hooks: Hooks) -> Loaders:
    """The objective's batches; of the user's functions each is offered ours and returns what is used instead."""
    batch_size, accumulate = find_batch_size(learner, rows, examples, settings)
    order = objective.order(rows, examples, batch_size, settings.seed)
    if settings.ramped and examples.copies:
        order.ramp = Ramp(len(examples.train) // (1 + examples.copies), examples.copies, settings.epochs or 1)
    looked_at = min(learner.looked_at, OPENED_PER_EVALUATION) if isinstance(rows, OpenedRows) else learner.looked_at
    looking = BatchOrder(lengths_of(rows, examples.index, examples.validation), looked_at, settings.seed, shuffle=False)
    train: Any = Batches(rows, examples.index, examples.targets, examples.train, order)
    validation: Any = Batches(rows, examples.index, examples.targets, examples.validation, looking)
    if hooks.train_dataloader:
        train = _Given(call(hooks.train_dataloader, train))
    if hooks.val_dataloader:
        validation = _Given(call(hooks.val_dataloader, validation))
    try:
        steps = (settings.epochs or 1) * -(-len(train) // accumulate)
    except TypeError:  # a loader that does not know its length
        steps = None
    return Loaders(train, validation if len(examples.validation) else None, batch_size, accumulate, steps)


class _Given:
    """Any iterable of batches; a plain list would be taken for several loaders by Lightning."""

    def __init__(self, batches: Any) -> None:
        self._batches = batches
        self.sampler = getattr(batches, "sampler", None)
        self.batch_sampler = getattr(batches, "batch_sampler", None)

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._batches)
