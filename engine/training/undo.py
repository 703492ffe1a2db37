"""A training that fails, or is stopped before its first step, leaves the model as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.training.weights import Keeper

if TYPE_CHECKING:
    from engine.models.base import BaseModel
    from engine.training.methods import Method

ATTRIBUTES = ("head", "labels", "multi_label", "max_length")  # what fitting exchanges besides the weights


class Undo:
    """Remembers a model; `opened` is told which method opened it, once it did."""

    def __init__(self, model: "BaseModel") -> None:
        self._model = model
        self._before = {name: getattr(model, name) for name in ATTRIBUTES if hasattr(model, name)}
        self._method: Method | None = None
        self._keeper = Keeper(model)

    def opened(self, method: "Method") -> None:
        """Remember the weights that the method is going to change."""
        self._method = method
        self._keeper.keep()

    def undo(self) -> None:
        if self._method:
            self._keeper.restore()
            self._method.abandon(self._model)
        for name, value in self._before.items():
            setattr(self._model, name, value)
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
