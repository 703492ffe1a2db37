"""The layers above a cut are trained; what lies below is computed once per text and kept."""

from typing import TYPE_CHECKING

from engine.training.methods.base import Method
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.base import BaseModel

LAYERS_TRAINED = 2


class Partial(Method):
    def default_cut(self, depth: int) -> int:
        return max(depth - LAYERS_TRAINED, min(1, depth - 1))

    def open(self, model: "BaseModel", settings: Settings) -> None:
        from engine.training.methods.opening import open_above

        open_above(model, settings.cut or 0)

    def mode(self, model: "BaseModel") -> None:
        """The layers keep all they have: dropout in so few of them makes no difference in a few epochs, and costs a sixth of the time."""
        model.eval()
        model.head.train()


PARTIAL = Partial(
    name="partial",
    label="Upper layers",
    help="The upper layers learn, the lower ones are computed once. Most of the gain of training everything, in a fraction of the time.",
    defaults={"learning_rate": 1e-3, "optimal_batch_size": 64, "early_stopping_epochs": 2, "label_smoothing": 0.1, "dropout": 0.2},
    head_rate=2.0,
    probe_epochs=30,
    rows_to_see=40_000,
    epochs_between=(3, 20),
    frozen="below the cut",
)
