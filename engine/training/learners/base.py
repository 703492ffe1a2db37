"""What every learner has."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor, nn

from engine.training.events import Reporter
from engine.training.features import computed_below
from engine.training.methods import Method
from engine.training.objectives import Objective
from engine.training.rows import Batch, Rows
from engine.training.settings import Settings
from engine.training.ways import WAYS, Defaults

if TYPE_CHECKING:
    from engine.models.base import BaseModel
    from engine.tasks.declarations import Variant
    from engine.training.examples import Examples

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Learner(ABC):
    """A model as finetuning sees it, for one task.

    way: its name in WAYS. heads: how the names of the weights begin that only a head trains. steady: computes in fp32 unless told
    otherwise. looked_at: rows of a batch that is only measured on. sampled: rows that an estimate tries.
    """

    way: ClassVar[str]
    heads: ClassVar[tuple[str, ...]] = ("head.",)
    steady: ClassVar[bool] = False
    looked_at: ClassVar[int] = 256
    sampled: ClassVar[int] = 192

    def __init__(self, model: "BaseModel", task: str) -> None:
        self.model = model
        self.task = task
        self.asking: Mapping[str, Any] = NOTHING  # options with which the model is asked about validation rows

    @abstractmethod
    def objective(self, variant: "Variant") -> Objective:
        """What is learnt from the columns of this variant."""

    def item(self, names: Sequence[str], values: tuple[Any, ...]) -> Any:
        """What the model is given of a row: the value itself, or several of them. names: of the columns."""
        return values[0] if len(values) == 1 else values

    def asked(self, given: Any, names: Sequence[str]) -> dict[str, Any]:
        """An input as a row of the task, by the names of the task's inputs."""
        return dict(zip(names, given if isinstance(given, tuple) else (given,), strict=False))

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that make sense."""
        return tuple(name for name in WAYS[self.way].methods if name != "partial" or self.depth)

    @property
    def defaults(self) -> Defaults:
        """For each method the settings in which it differs from what the method takes for itself."""
        return WAYS[self.way].defaults

    @property
    def augments(self) -> bool:
        """Whether changed copies of its inputs can be learnt from."""
        return "augmentation" in WAYS[self.way].uses

    @property
    def depth(self) -> int:
        """Layers that can be cut between; 0 where the model cannot be cut."""
        return 0

    @property
    def recipe(self) -> str:
        """What features depend on besides the weights."""
        return ""

    @property
    def head(self) -> nn.Module | None:
        """What is put on top for the training, once `begin` made it."""
        return getattr(self.model, "head", None)

    @property
    def device(self) -> torch.device:
        return self.model.device

    def begin(self, examples: "Examples", method: Method, settings: Settings) -> None:  # noqa: B027 - most need nothing
        """Put on what is needed to learn these examples."""

    def end(self) -> None:  # noqa: B027 - most need nothing
        """After the training, however it went: undo what `begin` did to the model as a whole."""

    @abstractmethod
    def rows(self, inputs: Sequence[Any], settings: Settings, reporter: Reporter) -> tuple[Rows, int]:
        """One row for each input, and how many inputs were cut because they were too long."""

    def prepare(self, inputs: Sequence[Any], method: Method, settings: Settings, reporter: Reporter, keep: bool = True) -> tuple[Rows, int]:
        """The rows as the method trains on them: as they are, or what lies below the cut. keep: what is computed, for the next run."""
        rows, shortened = self.rows(inputs, settings, reporter)
        if method.frozen == "backbone":
            return computed_below(self, rows, None, settings.precision, reporter, keep), shortened
        if method.frozen == "below the cut" and settings.cut:
            return computed_below(self, rows, settings.cut, settings.precision, reporter, keep), shortened
        return rows, shortened

    # The way of a batch

    def forward(self, batch: Batch, cut: int) -> Tensor:
        """Outputs (rows, ...) from features, from hidden states at the cut, or from the rows as they are."""
        if "features" in batch:
            return self.from_features(batch["features"])
        return self.above(batch, cut) if "hidden" in batch else self.whole(batch)

    @abstractmethod
    def whole(self, batch: Batch) -> Tensor:
        """Outputs from the rows as they are."""

    # Asked for only where the way of learning names the methods `head` or `partial`.

    def below(self, batch: Batch, cut: int | None) -> Tensor:
        """Hidden states under the cut, or with no cut the features that a head works on."""
        raise NotImplementedError(f"{type(self).__name__} has neither head nor cut")

    def above(self, batch: Batch, cut: int) -> Tensor:
        """Outputs from `batch["hidden"]`."""
        raise NotImplementedError(f"{type(self).__name__} has no cut")

    def from_features(self, features: Tensor) -> Tensor:
        """Outputs from the features that a head works on."""
        raise NotImplementedError(f"{type(self).__name__} has no head")

    def example(self) -> Batch:
        """A batch to follow a gradient through."""
        raise NotImplementedError(f"{type(self).__name__} has no cut")

    def train_above(self, cut: int) -> None:
        """Switch what lies above the cut to training; by default the head alone."""
        self.model.eval()
        if self.head is not None:
            self.head.train()

    def is_head(self, name: str) -> bool:
        return name.startswith(self.heads)
