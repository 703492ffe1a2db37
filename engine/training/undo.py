"""A training that fails, or is stopped before its first step, leaves the model as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.models.head import KINDS
from engine.training.weights import Keeper

if TYPE_CHECKING:
    from engine.models.base import BaseModel
    from engine.training.learners import Learner
    from engine.training.methods import Method

# What fitting exchanges besides the weights.
ATTRIBUTES = (*KINDS, "labels", "multi_label", "max_length", "thresholds", "adapters")


class Undo:
    """Remembers a model; `opened` is told which method opened it, once it did."""

    def __init__(self, model: "BaseModel") -> None:
        self._model = model
        self._before = {name: getattr(model, name) for name in ATTRIBUTES if hasattr(model, name)}
        self._method: Method | None = None
        self._learner: Learner | None = None
        self._keeper = Keeper(model)

    def begins(self, learner: "Learner") -> None:
        """Remember whom to ask to end what it is about to begin."""
        self._learner = learner

    def opened(self, method: "Method") -> None:
        """Remember the weights that the method is going to change."""
        self._method = method
        self._keeper.keep()

    def undo(self) -> None:
        if self._method and self._learner:
            self._keeper.restore()
            self._method.abandon(self._learner)
        for name, value in self._before.items():
            setattr(self._model, name, value)
        if self._learner:
            self._learner.end()
        self._model.requires_grad_(True)
        self._model.eval()

    def forget(self) -> None:
        self._keeper.close()


@contextmanager
def as_it_was_if_it_fails(model: "BaseModel") -> Iterator[Undo]:
    """Whatever is raised inside, the model is put back."""
    undo = Undo(model)
    try:
        yield undo
    except BaseException:
        undo.undo()
        raise
    finally:
        undo.forget()
