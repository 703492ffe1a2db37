"""A model of a class of the user's own: its `process_batch` makes the rows, its `training_step` gives the loss or the outputs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor

from engine.errors import StudioError
from engine.training.events import Reporter
from engine.training.learners.base import Learner
from engine.training.objectives.groups import Groups
from engine.training.objectives.labels import Labels
from engine.training.objectives.own import OwnLoss
from engine.training.objectives.pairs import Pairs
from engine.training.rows import Batch, OpenedRows, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant
    from engine.training.examples import Examples
    from engine.training.methods import Method
    from engine.training.objectives import Objective


class OwnSteps(Learner):
    """Inputs are whole rows of the params."""

    way = "own steps"

    def objective(self, variant: "Variant") -> "Objective":
        """Vectorisers give vectors and image classifiers logits, which are learnt from as everywhere; all others say their loss."""
        kind = variant.columns[-1].kind
        if kind == "score":
            return Pairs()
        if kind == "group":
            return Groups()
        if kind in ("label", "labels") and variant.columns[0].kind == "image":
            return Labels(several=kind == "labels")
        return OwnLoss()

    def item(self, names: Sequence[str], values: tuple[Any, ...]) -> Any:
        return dict(zip(names, values, strict=True))

    def asked(self, given: Any, names: Sequence[str]) -> dict[str, Any]:
        return dict(zip(names, given.values(), strict=False))

    def begin(self, examples: "Examples", method: "Method", settings: Settings) -> None:
        labels = examples.classes or None
        self.model.pre_finetuning(labels=labels, num_classes=len(examples.classes) or None, multi_label=examples.multi_label)

    def rows(self, inputs: Sequence[Any], settings: Settings, reporter: Reporter) -> tuple[Rows, int]:
        self._try(inputs[0])
        return OpenedRows("rows", inputs, self._batch), 0

    def whole(self, batch: Batch) -> Tensor:
        return self.model.training_step({key: value for key, value in batch.items() if key not in ("targets", "positions")})

    def _batch(self, rows: Sequence[Any]) -> dict[str, Tensor]:
        return self.model.collate([self.model.process_batch(row, self.task) for row in rows])

    def _try(self, row: Any) -> None:
        """A row that cannot be made ready is refused before the first step."""
        made = self.model.process_batch(row, self.task)
        if not isinstance(made, dict) or not all(isinstance(value, Tensor) for value in made.values()):
            raise StudioError(f"`process_batch` of {self.model.name} gave no dict of tensors.",
                              "Give one tensor for each key of the batch.")
