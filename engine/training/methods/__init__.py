"""The ways to finetune, in the order in which the wizard offers them. Light: reading this imports no torch."""

from dataclasses import dataclass

from engine.errors import StudioError
from engine.training.methods.base import Method
from engine.training.methods.full import FULL
from engine.training.methods.head import HEAD
from engine.training.methods.lora import LORA
from engine.training.methods.partial import PARTIAL
from engine.words import number

__all__ = ["METHODS", "Hardware", "Method", "ModelInfo", "choose", "method_named"]

METHODS: dict[str, Method] = {method.name: method for method in (HEAD, PARTIAL, LORA, FULL)}

FEW_ROWS_PER_CLASS = 8  # with fewer the upper layers learn the rows by heart
LARGE_MODEL = 1_000_000_000  # weights whose optimiser state no longer fits a common graphics card
PATIENCE_WORK = 3e12  # rows times weights that the upper layers of a model learn in about ten minutes on two cores


@dataclass(frozen=True)
class ModelInfo:
    """What the choice needs to know of a model. depth: its layers, None where it cannot be cut. methods: those that it can learn with.
    best: the one that was measured to be best for what is to be learnt, if one was."""

    parameters: int
    depth: int | None
    methods: tuple[str, ...] = ("head", "partial", "lora", "full")
    best: str | None = None


@dataclass(frozen=True)
class Hardware:
    """Where the training will run. device: "cpu", "cuda" or "mps"."""

    device: str = "cpu"
    cores: int = 2


def method_named(name: str) -> Method:
    """The method of that name; StudioError names the known ones."""
    if name not in METHODS:
        raise StudioError(f"There is no method {name!r}.", f"Known are auto, {', '.join(METHODS)}.")
    return METHODS[name]


def choose(rows: int, classes: int, model: ModelInfo, hardware: Hardware) -> tuple[str, str]:
    """The method that fits, and why, in one sentence."""
    on_gpu = hardware.device != "cpu"
    if len(model.methods) == 1:
        return model.methods[0], "It is the way in which this model learns."
    if model.best in model.methods:
        return str(model.best), "It was measured to learn this best, and it is quick."
    if "head" not in model.methods and "partial" not in model.methods:
        if on_gpu and model.parameters < LARGE_MODEL and "full" in model.methods:
            return "full", "A graphics card trains every weight in good time."
        return "lora", "Small adapters learn what matters in a fraction of the memory, and forget least of what the model knows."
    if model.depth is None:
        if model.parameters > LARGE_MODEL:
            return "lora", "The model is too large to train every weight, so adapters learn."
        return "full", "The model cannot be cut in two, so every weight learns."
    if rows < FEW_ROWS_PER_CLASS * classes and "head" in model.methods:
        return "head", (f"With {number(rows)} rows for {number(classes)} labels the model itself would learn the rows by heart, "
                        "so only a head learns.")
    if on_gpu and model.parameters > LARGE_MODEL:
        return "lora", "The model is too large to train every weight, so adapters learn."
    if on_gpu:
        return "full", f"A graphics card trains every weight on {number(rows)} rows in good time."
    if rows * model.parameters > PATIENCE_WORK * hardware.cores / 2 and "head" in model.methods:
        return "head", f"On this processor the upper layers would learn long from {number(rows)} rows, so only a head learns."
    return "partial", f"{number(rows)} rows are enough for the upper layers to learn, and this processor does it within minutes."
