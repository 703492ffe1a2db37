"""What a method is: which weights are trained, where the model is cut, and its own defaults. No torch at import."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.training.learners import Learner

Frozen = Literal["nothing", "below the cut", "backbone"]

# What every method starts from; a method names only what it wants otherwise.
SHARED: Mapping[str, Any] = MappingProxyType({
    "learning_rate": 2e-5, "optimal_batch_size": 32, "early_stopping_epochs": 1, "max_length": 128, "weight_decay": 0.01,
    "optimizer": "adamw", "augmentation": "none", "copies": 3,
    "label_smoothing": 0.0, "dropout": 0.1, "warmup": 0.1, "gradient_clipping": 1.0, "cut": 0,
})


@dataclass(frozen=True)
class Method(ABC):
    """A way to finetune.

    defaults: fill the settings that are left open. head_rate: the head's learning rate as a multiple of the others'.
    frozen: what stays as it is, and is therefore computed once per row and kept.
    keeps_weights: whether the model's own weights stay as they are, so that half precision is enough for them.
    probe_epochs: how long a new head learns alone before the rest does. rows_to_see: how many rows, counted in every epoch, it takes
    to learn; few rows are therefore seen more often, within `epochs_between`. patience: steps without a better validation loss that it is
    given at least; few rows are few steps an epoch.
    """

    name: str
    label: str
    help: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    head_rate: float = 1.0
    frozen: Frozen = "nothing"
    keeps_weights: bool = False
    probe_epochs: int = 0
    rows_to_see: int = 0
    epochs_between: tuple[int, int] = (1, 1000)
    patience: int = 0

    def resolve(self, settings: Settings, depth: int | None = None, rows: int = 10_000,
                own: Mapping[str, Any] | None = None) -> Settings:
        """The settings with every open value filled in, for so many training rows.

        depth: the model's number of layers, None if it cannot be cut. own: what the way of learning wants otherwise, `rows_to_see` too.
        `batch_size` may stay None: it is found by measuring.
        """
        fewest, most = self.epochs_between
        values = {**SHARED, **self.defaults, **(own or {})}
        to_see = values.pop("rows_to_see", self.rows_to_see)
        if (settings.augmentation or values["augmentation"]) != "none":
            rows *= 1 + (values["copies"] if settings.copies is None else settings.copies)
        values.setdefault("epochs", min(most, max(fewest, round(to_see / max(rows, 1)))))
        if values["early_stopping_epochs"]:
            step = settings.optimal_batch_size or settings.batch_size or values["optimal_batch_size"]
            values["early_stopping_epochs"] = max(values["early_stopping_epochs"], round(self.patience / max(1, rows / step)))
        chosen = {name: value for name, value in values.items() if getattr(settings, name) is None}
        if settings.batch_size is not None and settings.optimal_batch_size is None:
            chosen["optimal_batch_size"] = settings.batch_size  # who gives a batch size means the rows of a step
        if settings.cut is None and depth is not None:
            chosen["cut"] = self.default_cut(depth)
        return replace(settings, method=self.name, **chosen)

    def default_cut(self, depth: int) -> int:
        """The number of layers that stay as they are."""
        return 0

    @abstractmethod
    def open(self, learner: "Learner", settings: Settings) -> None:
        """Mark what is trained (requires_grad) and attach what the method adds. The head exists already."""

    def mode(self, learner: "Learner", settings: Settings) -> None:
        """Switch to training, with the dropout that the model's makers gave it."""
        learner.model.train()

    def close(self, learner: "Learner", settings: Settings) -> None:
        """After training: undo or merge what `open` attached."""
        learner.model.requires_grad_(True)

    def abandon(self, learner: "Learner") -> None:
        """After a training that failed: take out what `open` attached, without using it."""
        learner.model.requires_grad_(True)
