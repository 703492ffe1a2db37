"""Adapters that a training left, kept alone: a few MB that make the base model what the training made of it.

A folder holds adapter.safetensors and adapter.json. It fits only the base model that it was trained on, which its fingerprint tells.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import StudioError

if TYPE_CHECKING:
    from torch import Tensor

    from engine.models.base import BaseModel

WEIGHTS, FACTS = "adapter.safetensors", "adapter.json"


@dataclass(frozen=True)
class Adapters:
    """What `lora` learnt. layers: the names of those that were added to; base: a fingerprint of the weights below.

    labels, multi_label, hidden: of the head on top, if there is one. weights: the adapters and what was put on top, by their names in
    the model.
    """

    task: str
    rank: int
    alpha: int
    layers: tuple[str, ...]
    base: str
    labels: list[str] | None
    multi_label: bool
    hidden: int = 0
    weights: "dict[str, Tensor]" = field(default_factory=dict, compare=False)

    def write(self, folder: Path) -> None:
        """Write into a folder, which is made."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        save_file({name: value.contiguous() for name, value in self.weights.items()}, folder / WEIGHTS)
        (folder / FACTS).write_text(json.dumps({key: value for key, value in asdict(self).items() if key != "weights"}, indent=2), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Adapters":
        """What `write` wrote; StudioError where that is not there."""
        from safetensors.torch import load_file

        try:
            facts = json.loads((folder / FACTS).read_text("utf-8"))
            return cls(**{**facts, "layers": tuple(facts["layers"])}, weights=load_file(folder / WEIGHTS))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StudioError(f"{folder} holds no adapters.", f"Choose a folder that `save_lora` wrote: {FACTS} and {WEIGHTS}.") from error


def fingerprint(model: "BaseModel", layers: tuple[str, ...]) -> str:
    """Of the weights that adapters are added to, as they are without them."""
    digest = hashlib.sha256()
    for name in layers:
        weight = model.get_submodule(name).weight
        digest.update(name.encode())
        digest.update(weight.detach().float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:32]


def attach(model: "BaseModel", layers: tuple[str, ...], rank: int, alpha: int) -> None:
    """Put new adapters beside the layers of these names; every other weight is frozen."""
    from peft import LoraConfig, inject_adapter_in_model

    config = LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=0.0, target_modules=list(layers))
    model.requires_grad_(False)
    inject_adapter_in_model(config, model)
    for name, value in model.named_parameters():
        if ".lora_" in name:  # they learn in full precision beside weights that are kept in half
            value.data = value.data.float()


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
    model.__dict__.pop("peft_config", None)  # else peft takes the next adapters for second ones


def save_lora(model: Any, path: str | Path) -> Path:
    """Write what the model's last training with `lora` learnt, alone. model: a task or a model. StudioError where there was none."""
    found = getattr(getattr(model, "model", model), "adapters", None)
    if found is None:
        raise StudioError("There are no adapters to save.", "Finetune with method='lora' first; after loading a model they are part of it.")
    folder = Path(path).expanduser()
    found.write(folder)
    return folder


def load_lora(model: Any, path: str | Path) -> Any:
    """Make of the base model what the training made of it, and give it back. model: a task or a model; it is changed in place.

    A task whose model others share takes a copy of its own first. StudioError where the adapters belong to another base model.
    """
    if hasattr(model, "own_model"):
        load_lora(model.own_model(), path)
        return model
    found = Adapters.read(Path(path).expanduser())
    known = dict(model.named_modules())
    if any(name not in known for name in found.layers) or fingerprint(model, found.layers) != found.base:
        raise StudioError(f"These adapters were not trained on {model.name}.", "Load them into the very model that they were trained on.")
    if found.labels is not None:
        model.pre_finetuning(labels=found.labels, num_classes=len(found.labels), multi_label=found.multi_label, hidden=found.hidden)
    attach(model, found.layers, found.rank, found.alpha)
    model.load_state_dict(found.weights, strict=False)
    merge(model)
    model.adapters = found
    return model.requires_grad_(True).train().eval()  # training drops what the model keeps of its former weights
