"""Which weights lie above a cut."""

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from engine.models.base import BaseModel


def open_above(model: "BaseModel", cut: int) -> None:
    """Train what lies above the cut, the head included: all that a gradient reaches from there, in a model of any family."""
    model.requires_grad_(True)
    ids = torch.zeros(1, 2, dtype=torch.long, device=model.device)
    mask = torch.ones_like(ids)
    logits = model.above(model.below(ids, mask, cut).detach(), mask, cut)
    parameters = list(model.parameters())
    for parameter, reached in zip(parameters, torch.autograd.grad(logits.sum(), parameters, allow_unused=True), strict=True):
        parameter.requires_grad_(reached is not None)
