"""Cut any transformer encoder between two of its blocks, without knowing its family.

A view is a copy of the model's outline (not of its weights) in which the list of blocks is shortened and, for an upper part,
the embeddings are replaced by the hidden states that are handed in. The model's own forward then does the rest: masks,
position biases, final norms. Views share the parameters, so that training a view trains the model.
"""

import copy
from typing import Any, cast

import torch
from torch import Tensor, nn

# Token ids and mask of two short texts, one of them padded.
SAMPLE = torch.tensor([[1, 2, 3, 4], [1, 2, 0, 0]]), torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])


class _Reached(Exception):
    """Carries the hidden states out of a forward pass that needs to go no further."""

    def __init__(self, hidden: Tensor) -> None:
        super().__init__()
        self.hidden = hidden


class _Tap(nn.Module):
    """Stands in a block's place, and ends the pass there. It bears the block's attributes, which some models look at."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.__dict__.update({key: value for key, value in vars(block).items() if key not in self.__dict__})

    def forward(self, hidden_states: Tensor, *_: Any, **__: Any) -> Tensor:
        raise _Reached(hidden_states)


class _Given(nn.Module):
    """Stands in the embeddings' place: what comes in as embeddings goes out unchanged."""

    def forward(self, *values: Any, **named: Any) -> Tensor:
        tensors = [value for value in (*values, *named.values()) if torch.is_tensor(value)]
        return next(value for value in tensors if value.is_floating_point() and value.dim() == 3)


def _outline(module: nn.Module) -> nn.Module:
    """A shallow copy whose children can be exchanged without touching the original."""
    twin = copy.copy(module)
    twin.__dict__["_modules"] = dict(module._modules)
    return twin


def replaced(model: nn.Module, changes: dict[str, nn.Module]) -> nn.Module:
    """An outline of `model`, which shares its weights, with the submodules at some dotted paths exchanged."""
    twin = _outline(model)
    outlined = {"": twin}
    for path, new in changes.items():
        *parents, name = path.split(".")
        for depth, parent in enumerate(parents, start=1):
            key = ".".join(parents[:depth])
            if key not in outlined:
                above = outlined[".".join(parents[:depth - 1])]
                outlined[key] = _outline(getattr(above, parent))
                above._modules[parent] = outlined[key]
        outlined[".".join(parents)]._modules[name] = new
    return twin


class Cutter:
    """The blocks of a transformers model and its parts below and above a cut."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.path = find_blocks(model)
        self.embeddings = _find_embeddings(model)
        self._depth: int | None = None

    @property
    def depth(self) -> int:
        """How many blocks can be cut between; 0 where this kind of model cannot be cut exactly (tried once on a few tokens)."""
        if self._depth is None:
            self._depth = len(self.blocks) if self.path and self.embeddings and self._is_exact() else 0
        return self._depth

    @property
    def blocks(self) -> nn.ModuleList:
        return cast(nn.ModuleList, self.model.get_submodule(self.path)) if self.path else nn.ModuleList()

    def below(self, input_ids: Tensor, attention_mask: Tensor, cut: int, **more: Tensor) -> Tensor:
        """Hidden states (B, T, D) that enter block `cut`; with cut = depth, those that leave the last block.

        more: what else the model's embeddings take, such as token_type_ids.
        """
        return self._until(self.model, 0, cut, {"input_ids": input_ids, "attention_mask": attention_mask, **more})

    def between(self, hidden: Tensor, attention_mask: Tensor, start: int, stop: int) -> Tensor:
        """Hidden states that enter block `start` -> those that enter block `stop`."""
        if start == stop:
            return hidden
        return self._until(self._headless(), start, stop, {"inputs_embeds": hidden, "attention_mask": attention_mask})

    def above(self, hidden: Tensor, attention_mask: Tensor, cut: int) -> Any:
        """The model's own output from the hidden states that enter block `cut`."""
        view = replaced(self._headless(), {self.path: self.blocks[cut:]})
        return view(inputs_embeds=hidden, attention_mask=attention_mask)

    def _headless(self) -> nn.Module:
        return replaced(self.model, {self.embeddings: _Given()})

    def _until(self, model: nn.Module, start: int, stop: int, inputs: dict[str, Tensor]) -> Tensor:
        if not 0 <= start <= stop <= len(self.blocks):
            raise ValueError(f"a cut at {stop} of {len(self.blocks)} blocks")
        last = self.blocks[min(stop, len(self.blocks) - 1)]
        view = replaced(model, {self.path: nn.ModuleList([*self.blocks[start:stop], _Tap(last)])})
        try:
            view(**inputs)
        except _Reached as reached:
            return reached.hidden
        raise RuntimeError("the blocks were never reached")

    def _is_exact(self) -> bool:
        """Whether a cut gives the uncut model's output."""
        device = next(self.model.parameters()).device
        ids, mask = (part.to(device) for part in SAMPLE)
        training = self.model.training
        self.model.eval()
        try:
            with torch.no_grad():
                whole = self.model(input_ids=ids, attention_mask=mask)[0]
                return all(self._agrees(whole, ids, mask, cut) for cut in {0, len(self.blocks) // 2, len(self.blocks) - 1})
        except (TypeError, ValueError, RuntimeError, AttributeError, IndexError, KeyError, StopIteration):
            return False  # a family that is built otherwise: it can still be trained whole, or by its head
        finally:
            self.model.train(training)

    def _agrees(self, whole: Tensor, ids: Tensor, mask: Tensor, cut: int) -> bool:
        parts = self.above(self.below(ids, mask, cut), mask, cut)[0]
        if whole.dim() == 3:  # padding tokens attend to nothing that matters
            whole, parts = whole * mask[..., None], parts * mask[..., None]
        return parts.shape == whole.shape and torch.allclose(parts, whole, atol=1e-5)


def cutter_of(owner: nn.Module, model: nn.Module) -> Cutter:
    """The cutter of `model`, kept with its owner (outside of its modules) for as long as that is its model."""
    found = owner.__dict__.get("_cutter")
    if found is None or found.model is not model:
        found = owner.__dict__["_cutter"] = Cutter(model)
    return found


def find_blocks(model: nn.Module) -> str:
    """The dotted path of the longest list of alike modules: the transformer's blocks."""
    found = [(len(module), name) for name, module in model.named_modules()
             if isinstance(module, nn.ModuleList) and len({type(block) for block in module}) == 1]
    return max(found, key=lambda item: (item[0], -item[1].count(".")))[1] if found else ""


def _find_embeddings(model: nn.Module) -> str:
    """The path of the module that makes the first hidden states."""
    names = [name for name, module in model.named_modules() if name.split(".")[-1] == "embeddings"]
    return min(names, key=lambda name: name.count("."), default="")
