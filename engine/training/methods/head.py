"""The backbone stays as it is; its pooled features are computed once and only a head is trained on them."""

from typing import TYPE_CHECKING

from engine.training.methods.base import Method
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.training.learners import Learner


class Head(Method):
    def default_cut(self, depth: int) -> int:
        return depth

    def open(self, learner: "Learner", settings: Settings) -> None:
        learner.model.requires_grad_(False)
        for name, parameter in learner.model.named_parameters():
            parameter.requires_grad_(learner.is_head(name))

    def mode(self, learner: "Learner", settings: Settings) -> None:
        """What is frozen stays as it answers."""
        learner.model.train()
        learner.model.eval()
        if learner.head is not None:
            learner.head.train()


HEAD = Head(
    name="head",
    label="Head only",
    help="The model stays as it is; only a last step on top of what it sees is learned. Seconds, even on a laptop.",
    defaults={"learning_rate": 2e-3, "optimal_batch_size": 256, "early_stopping_epochs": 6, "label_smoothing": 0.05,
              "dropout": 0.5, "warmup": 0.3},
    rows_to_see=300_000,
    epochs_between=(10, 100),
    frozen="backbone",
)
