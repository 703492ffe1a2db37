"""Models that put an image and a text together into one vector."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from engine.training.events import Reporter
from engine.training.images import opened
from engine.training.learners.base import Learner
from engine.training.objectives.groups import Groups
from engine.training.objectives.pairs import Pairs
from engine.training.rows import Batch, OpenedRows, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant
    from engine.training.examples import Examples
    from engine.training.methods import Method
    from engine.training.objectives import Objective

TOKENS_OF_A_PAIR = 32


class ImageTextVectors(Learner):
    """An input is (image, text). A projection of both halves learns, on the vectors that the model gives them."""

    way = "image-text vectors"
    model: Any
    heads = ("halves.",)
    steady = True
    sampled = 48

    @property
    def head(self) -> nn.Module | None:
        halves: nn.Module | None = self.model.halves
        return halves

    def objective(self, variant: "Variant") -> "Objective":
        return Pairs() if variant.columns[-1].kind == "score" else Groups()

    def begin(self, examples: "Examples", method: "Method", settings: Settings) -> None:
        self.model.add_halves()

    def rows(self, inputs: Sequence[Any], settings: Settings, reporter: Reporter) -> tuple[Rows, int]:
        return OpenedRows("halves", inputs, self._opened, TOKENS_OF_A_PAIR), 0

    def _opened(self, inputs: Sequence[Any]) -> dict[str, Tensor]:
        return {"halves": self.model.half_vectors([opened(image) for image, _ in inputs], [text for _, text in inputs])}

    def below(self, batch: Batch, cut: int | None) -> Tensor:
        return batch["halves"]

    def whole(self, batch: Batch) -> Tensor:
        return self.from_features(batch["halves"])

    def from_features(self, features: Tensor) -> Tensor:
        made: Tensor = self.model.joined(features)
        return made
