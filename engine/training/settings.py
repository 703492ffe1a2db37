"""Training settings: one declaration = default + label + help + bounds + widget + check."""

from dataclasses import asdict, dataclass, field, fields
from numbers import Integral
from typing import Any

from engine.errors import StudioError
from engine.fields import Field, Kind


def setting(default: Any, kind: Kind, label: str, help: str, **rest: Any) -> Any:
    """A dataclass field that carries its `Field`; `None` means that the method chooses."""
    return field(default=default, metadata={"field": {"kind": kind, "label": label, "help": help, **rest}})


@dataclass(frozen=True)
class Settings:
    """How a model is finetuned. A value of None is the method's own choice; `Method.resolve` fills it in."""

    method: str = setting(
        "auto", "choice", "Method", "What is trained: a head only, the upper layers, adapters, or every weight.",
        choices=("auto", "head", "partial", "lora", "full"))
    epochs: int | None = setting(None, "integer", "Epochs", "How often the model sees every row.", minimum=1, maximum=1000)
    learning_rate: float | None = setting(
        None, "number", "Learning rate", "How large each step is. Too large is unstable, too small is slow.", minimum=1e-7, maximum=10.0)
    augmentation: str | None = setting(
        None, "choice", "Changed copies", "The model also learns from copies of your training images: turned, cropped, recoloured.",
        choices=("none", "light", "medium", "strong"))
    copies: int | None = setting(
        None, "integer", "Copies of each image", "How many changed copies are made of each training image.", minimum=0, maximum=50,
        advanced=True)
    ramped: bool = setting(
        False, "switch", "Milder copies first", "Early epochs learn from mild copies; stronger ones join epoch by epoch.", advanced=True)
    mirrored: bool = setting(
        True, "switch", "Mirrored copies", "Copies may be flipped left to right. Switch it off where left and right mean something.",
        advanced=True)
    batch_size: int | None = setting(
        None, "integer", "Batch size", "Rows per step. Found automatically when empty.", minimum=1, maximum=65_536, advanced=True)
    optimal_batch_size: int | None = setting(
        None, "integer", "Optimal batch size", "Gradients are accumulated up to this many rows.", minimum=1, maximum=65_536, advanced=True)
    early_stopping_epochs: int | None = setting(
        None, "integer", "Early stopping", "Epochs without a better validation loss before it stops. 0 turns it off.",
        minimum=0, maximum=1000, advanced=True)
    validation_split: float | tuple[list[int], list[int]] = setting(
        0.15, "number", "Validation share", "Share of the rows that is held back to measure on; 0 trains on all rows.",
        minimum=0.0, maximum=0.9)
    max_length: int | None = setting(
        None, "integer", "Longest text", "Tokens kept of each text; what is longer is cut.", minimum=8, maximum=8192, advanced=True)
    max_input_length: int | None = setting(
        None, "integer", "Longest input", "Tokens that are read of each input; what is longer is cut.", minimum=8, maximum=8192,
        advanced=True)
    max_output_length: int | None = setting(
        None, "integer", "Longest output", "Tokens of each text to write; what is longer is cut.", minimum=2, maximum=4096, advanced=True)
    optimizer: str | None = setting(
        None, "choice", "Optimiser", "How the weights are moved.", choices=("adamw", "adafactor", "sgd"), advanced=True)
    weight_decay: float | None = setting(
        None, "number", "Weight decay", "Pulls weights towards zero, against overfitting.", minimum=0.0, maximum=10.0, advanced=True)
    label_smoothing: float | None = setting(
        None, "number", "Label smoothing", "Keeps the model from being too sure of noisy labels.", minimum=0.0, maximum=0.5, advanced=True)
    dropout: float | None = setting(
        None, "number", "Dropout", "Share of features hidden at random in each step.", minimum=0.0, maximum=0.9, advanced=True)
    hidden: int = setting(
        0, "integer", "Hidden units", "Units of a layer between features and labels; 0 for none.", minimum=0, maximum=4096, advanced=True)
    warmup: float | None = setting(
        None, "number", "Warm-up", "Share of the steps in which the learning rate rises.", minimum=0.0, maximum=0.9, advanced=True)
    gradient_clipping: float | None = setting(
        None, "number", "Gradient clipping", "Longest gradient that a step may take.", minimum=0.0, maximum=1000.0, advanced=True)
    class_weights: bool = setting(False, "switch", "Class weights", "Rare classes count as much as frequent ones.", advanced=True)
    precision: str = setting(
        "auto", "choice", "Precision", "bf16 is two to three times as fast where the processor has it.",
        choices=("auto", "fp32", "bf16"), advanced=True)
    cut: int | None = setting(
        None, "integer", "Cut", "Layers below the cut are frozen and computed once (partial).", minimum=0, maximum=1000, advanced=True)
    rank: int | None = setting(None, "integer", "Adapter rank", "Size of the adapters (lora).", minimum=1, maximum=512, advanced=True)
    alpha: int | None = setting(
        None, "integer", "Adapter weight", "How much the adapters count (alpha, lora); twice the rank when empty.", minimum=1, maximum=4096,
        advanced=True)
    targets: str | None = setting(
        None, "choice", "Adapted layers", "Which layers get adapters (lora).", choices=("all", "attention"), advanced=True)
    trials: int = setting(
        0, "integer", "Trials", "Trains so many times with other settings and keeps the best; 0 trains once.", minimum=0, maximum=200,
        advanced=True)
    seed: int = setting(
        42, "integer", "Seed", "The same seed gives the same split and the same order.", minimum=0, maximum=2**31 - 1, advanced=True)

    def __post_init__(self) -> None:
        for declared in self.declared():
            value = getattr(self, declared.name)
            if declared.name == "validation_split" and isinstance(value, (tuple, list)):
                object.__setattr__(self, declared.name, _check_split(value))
                continue
            object.__setattr__(self, declared.name, declared.check(value))

    @classmethod
    def declared(cls) -> list[Field]:
        """The fields in the order in which the wizard shows them."""
        return [Field(name=item.name, default=item.default, **item.metadata["field"]) for item in fields(cls)]

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Settings":
        """Settings from a dict; unknown names are refused, all of them named."""
        if unknown := sorted(set(values) - {item.name for item in fields(cls)}):
            raise StudioError(f"Unknown settings: {', '.join(unknown)}.", f"Known are {', '.join(item.name for item in fields(cls))}.")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def _check_split(value: Any) -> tuple[list[int], list[int]]:
    """(training rows, validation rows) as plain lists; numpy's index arrays are taken too."""
    if len(value) != 2 or not all(isinstance(index, Integral) for part in value for index in part):
        raise StudioError("validation_split is not a pair of lists of row numbers.", "Give a share, or (training rows, validation rows).")
    if shared := set(value[0]) & set(value[1]):
        raise StudioError(f"{len(shared)} rows are in training and in validation, such as row {min(shared)}.", "Give each row to one part.")
    train, validation = ([int(index) for index in part] for part in value)
    return train, validation
