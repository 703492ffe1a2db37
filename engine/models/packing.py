"""A transformer's blocks made ready to answer in bf16 on a processor: weights laid out as it multiplies them, GELU within the product,
attention as whole products.

The packed model is an outline of the original with other blocks; all else is shared. It only answers: it cannot be trained or kept.
"""

import copy
import threading
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from engine.inference.devices import dtype_for
from engine.models.cutting import SAMPLE, find_blocks, replaced

LOOKED_AT = 1024  # numbers of a weight, to see whether it changed: versions do not count what is done to `.data`
AGREES = 0.999  # the cosine of what both give for a sample

Model = TypeVar("Model", bound=nn.Module)
Stamp = tuple[tuple[int, str], ...]
Compute = Callable[[Any, Tensor, Tensor], Tensor]  # (model, input_ids, attention_mask) -> (B, F)

_kept: "WeakKeyDictionary[nn.Module, tuple[Stamp, nn.Module | None]]" = WeakKeyDictionary()
_alone = threading.Lock()


def packed(model: Model, compute: Compute) -> Model:
    """The model as it answers fastest: itself, or packed where this processor computes in bf16 and both give the same.

    It is packed once, and anew when its weights have changed.
    """
    device = next(model.parameters()).device
    if model.training or device.type != "cpu" or dtype_for(device) != torch.bfloat16 or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return model
    with _alone:
        blocks = _blocks(model)
        stamp = tuple((weight.data_ptr(), _some_of(weight)) for weight in blocks.parameters())
        found = _kept.get(model)
        if found is None or found[0] != stamp:
            found = _kept[model] = stamp, _made(model, blocks, compute)
        return found[1] or model


def _blocks(model: nn.Module) -> nn.ModuleList:
    path = find_blocks(model)
    return model.get_submodule(path) if path else nn.ModuleList()


def _some_of(weight: Tensor) -> str:
    every = max(1, weight.numel() // LOOKED_AT)
    return float(weight.detach().reshape(-1)[::every].double().sum()).hex()  # as text NaN, too, is like itself


def _made(model: nn.Module, blocks: nn.ModuleList, compute: Compute) -> nn.Module | None:
    """The packed model; None for a family that is built otherwise."""
    if not len(blocks):
        return None
    ids, mask = SAMPLE
    try:
        with torch.no_grad():
            packed_blocks = nn.ModuleList(_Block(block, last=place + 1 == len(blocks)) for place, block in enumerate(blocks))
            made = replaced(model, {find_blocks(model): packed_blocks})
            agrees = all(_agree(compute(model, ids[:count], mask[:count]), compute(made, ids[:count], mask[:count])) for count in (1, 2))
    except (TypeError, ValueError, RuntimeError, AttributeError, IndexError, KeyError):
        return None
    return made if agrees else None


def _agree(own: Tensor, other: Tensor) -> bool:
    return bool((nn.functional.cosine_similarity(own.float(), other.float(), dim=-1) >= AGREES).all())


class _Block(nn.Module):
    """Stands in a block's place, and bears its attributes, which some models look at. What the last one gives is fp32 again."""

    def __init__(self, block: nn.Module, last: bool) -> None:
        from transformers import PreTrainedConfig

        from engine.models import packed_attention

        super().__init__()
        self.gives = torch.float32 if last else torch.bfloat16
        self.__dict__.update({key: value for key, value in vars(block).items() if key not in self.__dict__})
        self.packed = copy.deepcopy(block).to(torch.bfloat16)
        for module in list(self.packed.modules()):
            fused = isinstance(getattr(module, "dense", None), nn.Linear) and _is_gelu(getattr(module, "intermediate_act_fn", None))
            if fused:
                module.intermediate_act_fn = nn.Identity()
            if isinstance(config := getattr(module, "config", None), PreTrainedConfig):
                config._attn_implementation = packed_attention.NAME
            for name, child in module.named_children():
                if type(child) is nn.Linear:
                    setattr(module, name, _Product(child, "gelu" if fused and name == "dense" else "none"))

    def forward(self, *values: Any, **named: Any) -> Any:
        with torch.autocast("cpu", enabled=False):
            return _as(self.gives, self.packed(*_as(torch.bfloat16, values),
                                                  **{name: _as(torch.bfloat16, value) for name, value in named.items()}))


class _Product(nn.Module):
    """A linear layer whose weights are laid out for products, and what follows it."""

    def __init__(self, layer: nn.Linear, then: str) -> None:
        super().__init__()
        self.then = then
        self.laid_out = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach())
        self.bias = None if layer.bias is None else layer.bias.detach()

    def forward(self, values: Tensor) -> Tensor:
        found: Tensor = torch.ops.mkldnn._linear_pointwise(values, self.laid_out, self.bias, self.then, [], "none")
        return found


def _is_gelu(act: Any) -> bool:
    """The exact one, not one of its approximations."""
    from transformers.activations import GELUActivation

    return isinstance(act, GELUActivation) or (isinstance(act, nn.GELU) and act.approximate == "none")


def _as(kind: torch.dtype, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_as(kind, one) for one in value)
    return value.to(kind) if torch.is_tensor(value) and value.is_floating_point() else value
