"""What every objective has."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from engine.inference.batching import plan, token_budget
from engine.inference.devices import autocast
from engine.training.events import Reporter
from engine.training.examples import Examples, Positions
from engine.training.order import BatchOrder, Order
from engine.training.results import Evaluation
from engine.training.rows import Rows, batch_of, lengths_of
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant
    from engine.training.learners import Learner

Item = Callable[[Sequence[str], tuple[Any, ...]], Any]
AT_ONCE = 32  # examples of a batch that is only looked at


class Objective(ABC):
    """What is learnt.

    fresh: the outputs mean nothing before the training (a new head), so that no loss is measured then. measures: whether `measure` gives
    the primary metric of every epoch.
    """

    fresh: ClassVar[bool] = False
    measures: ClassVar[bool] = True

    @abstractmethod
    def read(self, variant: "Variant", params: Mapping[str, list[Any]], settings: Settings, item: Item) -> Examples:
        """Checked params -> examples. item: makes of a row's values what the model is given. Raises StudioError."""

    @abstractmethod
    def loss(self, examples: Examples, settings: Settings) -> nn.Module:
        """(outputs, targets) -> the mean loss of a batch, a scalar."""

    def order(self, rows: Rows, examples: Examples, batch_size: int, seed: int) -> Order:
        """The batches of an epoch."""
        return BatchOrder(lengths_of(rows, examples.index, examples.train), batch_size, seed)

    def kept(self, outputs: Tensor) -> Tensor:
        """What of a validation batch's outputs is remembered (examples, ...) to measure with."""
        return outputs

    def measure(self, kept: Tensor, positions: Positions, examples: Examples) -> dict[str, float]:
        """The primary metric, or nothing, of these validation examples."""
        return {}

    def tried(self, learner: "Learner", examples: Examples, reporter: Reporter) -> list[dict[str, Any]]:
        """A few answers after an epoch, to look at: {row, text, truth, predicted, score}."""
        return []

    def before(self, learner: "Learner", examples: Examples, reporter: Reporter) -> Any:
        """How the model answers the validation rows before the training; None where that means nothing."""
        return None

    @abstractmethod
    def evaluate(self, learner: "Learner", rows: Rows, examples: Examples, before: Any, settings: Settings,
                 reporter: Reporter) -> tuple[dict[str, float], Evaluation | None]:
        """All metrics by name, and what the result's page shows."""

    @torch.no_grad()
    def outputs(self, learner: "Learner", rows: Rows, examples: Examples, positions: Positions, settings: Settings,
                reporter: Reporter) -> Tensor:
        """What is kept of the outputs of these examples, in their order."""
        learner.model.eval()
        found: list[Tensor] = [torch.empty(0)] * len(positions)
        done, at_once = 0, min(AT_ONCE, learner.looked_at)
        for chosen in plan(lengths_of(rows, examples.index, positions).tolist(), token_budget(learner.device.type), AT_ONCE * 8):
            reporter.check_stop()
            for part in (chosen[start:start + at_once] for start in range(0, len(chosen), at_once)):
                batch = batch_of(rows, examples.index, examples.targets, positions[np.array(part)])
                batch = {key: value.to(learner.device) for key, value in batch.items()}
                with autocast(learner.device, settings.precision):
                    outputs = self.kept(learner.forward(batch, settings.cut or 0)).float().cpu()
                for place, value in zip(part, outputs, strict=True):
                    found[place] = value
                done += len(part)
                reporter.progress("evaluating", done, len(positions))
        return torch.stack(found) if found else torch.empty(0)
