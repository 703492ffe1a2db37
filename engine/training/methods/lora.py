"""Small adapters are trained beside the frozen weights (Hu et al., arXiv 2106.09685); merged into them at the end, and kept alone too."""

from typing import TYPE_CHECKING, Any

from engine.training.methods.base import Method
from engine.training.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor

    from engine.training.learners import Learner

ATTENTION = ("attn", "attention", "query", "key", "value", "q_proj", "k_proj", "v_proj", "o_proj")  # in the names of its layers


class Lora(Method):
    def open(self, learner: "Learner", settings: Settings) -> None:
        from engine.models.adapters import attach

        attach(learner.model, _layers(learner, settings.targets or "all"), *_sizes(settings))
        for name, parameter in learner.model.named_parameters():
            parameter.requires_grad_(parameter.requires_grad or learner.is_head(name))

    def close(self, learner: "Learner", settings: Settings) -> None:
        from engine.models.adapters import Adapters, fingerprint, merge

        model, layers = learner.model, _attached(learner)
        rank, alpha = _sizes(settings)
        weights = adapter_weights(learner)
        base = fingerprint(model, layers)
        merge(model)
        model.adapters = Adapters(learner.task, rank, alpha, layers, base, model.labels, model.multi_label,
                                  getattr(learner.head, "hidden", 0), weights)
        model.requires_grad_(True)

    def abandon(self, learner: "Learner") -> None:
        from engine.models.adapters import take_out

        take_out(learner.model)


def adapter_weights(learner: "Learner") -> "dict[str, Tensor]":
    """The adapters and the head alone, a few MB: what is to be kept when the base model is at hand anyway."""
    return {name: value.detach().cpu().clone() for name, value in learner.model.state_dict().items()
            if ".lora_" in name or learner.is_head(name)}


def _sizes(settings: Settings) -> tuple[int, int]:
    """(rank, alpha)"""
    rank = settings.rank or 8
    return rank, settings.alpha or 2 * rank


def _attached(learner: "Learner") -> tuple[str, ...]:
    from peft.tuners.lora import LoraLayer

    return tuple(name for name, module in learner.model.named_modules() if isinstance(module, LoraLayer))


def _layers(learner: "Learner", targets: str) -> tuple[str, ...]:
    """The linear layers below the head, without the one that scores a vocabulary; of attention alone where that is wanted and known."""
    from torch import nn

    network: Any = getattr(learner.model, "network", None)
    scores = network.get_output_embeddings() if network is not None and hasattr(network, "get_output_embeddings") else None
    every = [name for name, module in learner.model.named_modules()
             if isinstance(module, nn.Linear) and module is not scores and not learner.is_head(f"{name}.")]
    attention = [name for name in every if any(part in name.lower() for part in ATTENTION)]
    return tuple(attention if targets == "attention" and attention else every)


LORA = Lora(
    name="lora",
    label="Adapters",
    help="Small additions to every layer learn, the model's own weights stay. For models that write, and for large ones.",
    defaults={"learning_rate": 1e-3, "early_stopping_epochs": 2, "label_smoothing": 0.05, "rank": 16, "targets": "all"},
    head_rate=1.0,
    keeps_weights=True,
    rows_to_see=60_000,
    epochs_between=(3, 20),
    probe_epochs=30,
    patience=40,
)
