"""What all learners share that learn vectors, from pairs with a score or from groups."""

from typing import TYPE_CHECKING, Any

from torch import nn

from engine.training.learners.base import Learner
from engine.training.objectives.groups import Groups
from engine.training.objectives.pairs import Pairs

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant
    from engine.training.examples import Examples
    from engine.training.methods import Method
    from engine.training.objectives import Objective
    from engine.training.settings import Settings


class VectorLearner(Learner):
    """One vector for each input. With the method `head` a projection of the model's vectors learns."""

    model: Any
    heads = ("projection.",)

    @property
    def head(self) -> nn.Module | None:
        projection: nn.Module | None = self.model.projection
        return projection

    def objective(self, variant: "Variant") -> "Objective":
        return Pairs() if variant.columns[-1].kind == "score" else Groups()

    def begin(self, examples: "Examples", method: "Method", settings: "Settings") -> None:
        if method.frozen == "backbone":
            self.model.add_projection()
