"""Which weights lie above a cut."""

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from engine.training.learners import Learner


def open_above(learner: "Learner", cut: int) -> None:
    """Train what lies above the cut, the head included: all that a gradient reaches from there, in a model of any family."""
    learner.model.requires_grad_(True)
    learner.model.eval()
    batch = learner.example()
    outputs = learner.above({**batch, "hidden": learner.below(batch, cut).detach()}, cut)
    parameters = list(learner.model.parameters())
    for parameter, reached in zip(parameters, torch.autograd.grad(outputs.sum(), parameters, allow_unused=True), strict=True):
        parameter.requires_grad_(reached is not None)
