"""What Lightning iterates over: ours, or what the user's functions give in its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.training.batch_size import find_batch_size
from engine.training.examples import Examples
from engine.training.lightning_module import Forward, Hooks, call
from engine.training.rows import Batches, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.base import BaseModel

ROWS_PER_EVALUATION = 256


@dataclass(frozen=True)
class Loaders:
    """validation: None without validation rows. accumulate: batches a step. steps: of the whole training, None if unknown."""

    train: Any
    validation: Any
    batch_size: int
    accumulate: int
    steps: int | None


def loaders_of(model: "BaseModel", rows: Rows, examples: Examples, settings: Settings, forward: Forward, hooks: Hooks) -> Loaders:
    """Batches of like lengths; of the user's functions each is offered ours and returns what is used instead."""
    batch_size, accumulate = find_batch_size(model, rows, examples, settings, forward)
    train: Any = Batches(rows, examples.targets, examples.train, batch_size, settings.seed)
    validation: Any = Batches(rows, examples.targets, examples.validation, ROWS_PER_EVALUATION, settings.seed, shuffle=False)
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
