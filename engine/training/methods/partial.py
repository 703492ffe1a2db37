"""The layers above a cut are trained; what lies below is computed once per text and kept."""

from typing import TYPE_CHECKING

from engine.training.methods.base import Method
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.training.learners import Learner

LAYERS_TRAINED, SHARE_TRAINED = 2, 0.44
DEEP = 14  # layers from which a share of them is trained


class Partial(Method):
    def default_cut(self, depth: int) -> int:
        """Two of a transformer's layers; of the many small blocks of a network for images, the upper two fifths."""
        trained = max(LAYERS_TRAINED, round(depth * SHARE_TRAINED)) if depth > DEEP else LAYERS_TRAINED
        return max(depth - trained, min(1, depth - 1))

    def open(self, learner: "Learner", settings: Settings) -> None:
        from engine.training.methods.opening import open_above

        open_above(learner, settings.cut or 0)

    def mode(self, learner: "Learner", settings: Settings) -> None:
        """Transformer layers keep all they have: dropout in so few makes no difference in a few epochs, and costs a sixth of the time."""
        learner.train_above(settings.cut or 0)


PARTIAL = Partial(
    name="partial",
    label="Upper layers",
    help="The upper layers learn, the lower ones are computed once. Most of the gain of training everything, in a fraction of the time.",
    defaults={"learning_rate": 1e-3, "optimal_batch_size": 64, "early_stopping_epochs": 2, "label_smoothing": 0.1, "dropout": 0.2},
    head_rate=2.0,
    probe_epochs=30,
    patience=40,
    rows_to_see=40_000,
    epochs_between=(3, 20),
    frozen="below the cut",
)
