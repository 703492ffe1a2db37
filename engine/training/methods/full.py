"""Every weight is trained."""

from typing import TYPE_CHECKING

from engine.training.methods.base import Method
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.training.learners import Learner


class Full(Method):
    def open(self, learner: "Learner", settings: Settings) -> None:
        learner.model.requires_grad_(True)


FULL = Full(
    name="full",
    label="Every weight",
    help="The whole model learns. The most that a model can learn, and the slowest way; best on a graphics card.",
    defaults={"learning_rate": 1e-4, "early_stopping_epochs": 2, "label_smoothing": 0.05},
    head_rate=10.0,
    rows_to_see=60_000,
    epochs_between=(3, 20),
    probe_epochs=30,
    patience=40,
)
