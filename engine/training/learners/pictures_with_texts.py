"""Models that put an image and a text together into one vector."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from engine.training.events import Reporter
from engine.training.images import made
from engine.training.learners.vectors import VectorLearner
from engine.training.rows import Batch, OpenedRows, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.training.examples import Examples
    from engine.training.methods import Method

TOKENS_OF_A_PAIR = 32


class ImageTextVectors(VectorLearner):
    """An input is (image, text). A projection of both halves learns, on the vectors that the model gives them."""

    way = "image-text vectors"
    heads = ("halves.",)
    steady = True
    sampled = 48

    @property
    def head(self) -> nn.Module | None:
        halves: nn.Module | None = self.model.halves
        return halves

    def begin(self, examples: "Examples", method: "Method", settings: Settings) -> None:
        self.model.add_halves()

    def rows(self, inputs: Sequence[Any], settings: Settings, reporter: Reporter) -> tuple[Rows, int]:
        return OpenedRows("halves", inputs, self._opened, TOKENS_OF_A_PAIR), 0

    def _opened(self, inputs: Sequence[Any]) -> dict[str, Tensor]:
        return {"halves": self.model.half_vectors([made(image) for image, _ in inputs], [text for _, text in inputs])}

    def below(self, batch: Batch, cut: int | None) -> Tensor:
        return batch["halves"]

    def whole(self, batch: Batch) -> Tensor:
        return self.from_features(batch["halves"])

    def from_features(self, features: Tensor) -> Tensor:
        made: Tensor = self.model.joined(features)
        return made
