"""Small adapters are trained beside the frozen weights (Hu et al., arXiv 2106.09685); merged into them at the end."""

from typing import TYPE_CHECKING

from engine.training.methods.base import Method
from engine.training.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor

    from engine.training.learners import Learner


class Lora(Method):
    def open(self, learner: "Learner", settings: Settings) -> None:
        from peft import LoraConfig, inject_adapter_in_model

        rank = settings.rank or 8
        config = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules=_linear_names(learner))
        learner.model.requires_grad_(False)
        inject_adapter_in_model(config, learner.model)
        for name, parameter in learner.model.named_parameters():
            parameter.requires_grad_(parameter.requires_grad or learner.is_head(name))

    def close(self, learner: "Learner", settings: Settings) -> None:
        merge(learner)
        learner.model.requires_grad_(True)

    def abandon(self, learner: "Learner") -> None:
        take_out(learner)


def adapter_weights(learner: "Learner") -> "dict[str, Tensor]":
    """The adapters and the head alone, a few MB: what is to be kept when the base model is at hand anyway."""
    return {name: value.detach().cpu().clone() for name, value in learner.model.state_dict().items()
            if ".lora_" in name or learner.is_head(name)}


def merge(learner: "Learner") -> None:
    """Add the adapters to the weights that they belong to, and take them out: the model is again of its own classes."""
    from peft.tuners.lora import LoraLayer

    for module in learner.model.modules():
        if isinstance(module, LoraLayer):
            module.merge()
    take_out(learner)


def take_out(learner: "Learner") -> None:
    """Put the layers that the adapters were attached to back in their places, as they are now."""
    from peft.tuners.lora import LoraLayer

    for name, layer in [(name, module) for name, module in learner.model.named_modules() if isinstance(module, LoraLayer)]:
        parent, _, child = name.rpartition(".")
        setattr(learner.model.get_submodule(parent), child, layer.get_base_layer())


def _linear_names(learner: "Learner") -> list[str]:
    from torch import nn

    """All linear layers below the head, without the one that scores a vocabulary."""
    network = getattr(learner.model, "network", None)
    scores = network.get_output_embeddings() if network is not None and hasattr(network, "get_output_embeddings") else None
    return [name for name, module in learner.model.named_modules()
            if isinstance(module, nn.Linear) and module is not scores and not learner.is_head(f"{name}.")]


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
