"""Small adapters are trained beside the frozen weights (Hu et al., arXiv 2106.09685); merged into them at the end."""

from typing import TYPE_CHECKING

from engine.training.methods.base import Method
from engine.training.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor

    from engine.models.base import BaseModel


class Lora(Method):
    def open(self, model: "BaseModel", settings: Settings) -> None:
        from peft import LoraConfig, inject_adapter_in_model

        rank = settings.rank or 8
        config = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules=_linear_names(model))
        model.requires_grad_(False)
        inject_adapter_in_model(config, model)
        model.head.requires_grad_(True)

    def close(self, model: "BaseModel", settings: Settings) -> None:
        merge(model)
        model.requires_grad_(True)


    def abandon(self, model: "BaseModel") -> None:
        take_out(model)


def adapter_weights(model: "BaseModel") -> "dict[str, Tensor]":
    """The adapters and the head alone, a few MB: what is to be kept when the base model is at hand anyway."""
    return {name: value.detach().cpu().clone() for name, value in model.state_dict().items()
            if ".lora_" in name or name.startswith("head.")}


def merge(model: "BaseModel") -> None:
    """Add the adapters to the weights that they belong to, and take them out: the model is again of its own classes."""
    from peft.tuners.lora import LoraLayer

    for module in model.modules():
        if isinstance(module, LoraLayer):
            module.merge()
    take_out(model)


def take_out(model: "BaseModel") -> None:
    """Put the layers that the adapters were attached to back in their places, as they are now."""
    from peft.tuners.lora import LoraLayer

    for name, layer in [(name, module) for name, module in model.named_modules() if isinstance(module, LoraLayer)]:
        parent, _, child = name.rpartition(".")
        setattr(model.get_submodule(parent), child, layer.get_base_layer())


def _linear_names(model: "BaseModel") -> list[str]:
    from torch import nn

    return [name for name, module in model.named_modules() if isinstance(module, nn.Linear) and not name.startswith("head.")]


LORA = Lora(
    name="lora",
    label="Adapters",
    help="Small additions to every layer learn, the model's own weights stay. For large models on a graphics card.",
    defaults={"learning_rate": 1e-3, "early_stopping_epochs": 2, "label_smoothing": 0.05, "rank": 16},
    head_rate=1.0,
    rows_to_see=60_000,
    epochs_between=(3, 20),
    probe_epochs=30,
)
