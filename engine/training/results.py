"""What a training leaves behind, besides the weights. No torch; JSON both ways."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Evaluation:
    """How good the best weights are on the validation rows.

    value: the primary metric; interval: its 95% bootstrap interval. baselines: the same metric, on the same rows, of always
    answering the most frequent label and of the model before finetuning (None where it has no zero-shot ability).
    confusion[truth][predicted] counts rows, in the order of `labels`; None where a row may bear several labels.
    mistakes: {row, text, truth, predicted, probability}, the surest first; row is the index in `params`.
    samples: {row, text, truth, predicted, score}: what was written for rows, beside what was wanted.
    points: what is drawn of single rows: of pairs {truth, before, after}, of groups {text, group, before, after} on a plane.
    predicted: of each validation row which of `labels` was answered, or a list of several; empty where nothing is sorted.
    """

    metric: str
    value: float
    interval: tuple[float, float]
    baselines: dict[str, float | None]
    labels: list[str] = field(default_factory=list)
    per_class: list[dict[str, Any]] = field(default_factory=list)
    confusion: list[list[int]] | None = None
    mistakes: list[dict[str, Any]] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)
    predicted: list[Any] = field(default_factory=list)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Evaluation":
        low, high = values["interval"]
        return cls(**{**values, "interval": (low, high)})


@dataclass(frozen=True)
class Result:
    """What `fit` returns.

    metrics: on the validation rows (empty without any). history: one dict an epoch, with its `steps` as [step, loss] pairs and, of what is
    written, its `samples`. rows: {"train", "validation", "cut"}; cut counts inputs that were too long. stopped: on request, before the
    end. start: what was measured before the first step, where that means something. trials: of a search for settings, {trial, value,
    epochs, ended, and what was tried}. validation: the rows of `params` that were measured on.
    """

    metrics: dict[str, float]
    history: list[dict[str, Any]]
    best_epoch: int | None
    seconds: float
    settings: dict[str, Any]
    evaluation: Evaluation | None = None
    stopped: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    start: dict[str, float] = field(default_factory=dict)
    trials: list[dict[str, Any]] = field(default_factory=list)
    validation: list[int] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Result":
        """The result that `to_dict` wrote; keys of a newer version are left out."""
        known = {item.name: values[item.name] for item in fields(cls) if item.name in values}
        if known.get("evaluation"):
            known["evaluation"] = Evaluation.from_dict(known["evaluation"])
        return cls(**known)


@dataclass(frozen=True)
class Estimate:
    """What a training will take, from a few real steps. memory_bytes: on top of what the program already holds."""

    seconds: float
    seconds_low: float
    seconds_high: float
    memory_bytes: int
    method: str
    why: str
    rows: int
    classes: int
    steps: int

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)
