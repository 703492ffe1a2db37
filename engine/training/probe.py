"""A new head's start: features standardised, then learnt alone on the model as it is, before anything else may change.

Linear probing first keeps good features from being bent to a random head (Kumar et al., arXiv 2202.10054).
"""

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.inference.batching import plan, token_budget
from engine.inference.devices import autocast
from engine.models.head import ClassifierHead
from engine.training.events import Reporter
from engine.training.examples import Examples
from engine.training.methods import Method
from engine.training.rows import DenseRows, Rows, batch_of, lengths_of
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.training.learners import Learner

MOST_ROWS = 4096
BATCH_SIZE = 256
LEARNING_RATE = 5e-3
WARMUP = 0.3


def prime_head(learner: "Learner", rows: Rows, examples: Examples, method: Method, settings: Settings, loss: nn.Module,
               reporter: Reporter) -> None:
    """Give a new head its statistics, and with methods that ask for it a first training of its own. Other heads go on as they are."""
    head = learner.head
    if not isinstance(head, ClassifierHead) or not head.is_new:
        return
    sample = torch.from_numpy(examples.train)
    if not isinstance(rows, DenseRows):
        sample = sample[torch.randperm(len(sample), generator=torch.Generator().manual_seed(settings.seed))[:MOST_ROWS]]
    features = features_of(learner, rows, examples, sample, settings, reporter)
    head.fit_statistics(features.to(learner.device))
    if method.probe_epochs:
        _learn(head, learner.device, features, examples.targets[sample], method.probe_epochs, loss, reporter)


@torch.no_grad()
def features_of(learner: "Learner", rows: Rows, examples: Examples, positions: Tensor, settings: Settings, reporter: Reporter) -> Tensor:
    """(positions, F): what the head is given for these examples, on the CPU."""
    assert learner.head is not None
    places, device = positions.numpy(), learner.device
    seen: list[Tensor] = []
    hook = learner.head.register_forward_pre_hook(lambda module, arguments: seen.append(arguments[0].float().cpu()))
    order: list[int] = []
    try:
        for chosen in plan(lengths_of(rows, examples.index, places).tolist(), token_budget(device.type)):
            reporter.check_stop()
            batch = batch_of(rows, examples.index, examples.targets, places[chosen])
            with autocast(device, settings.precision):
                learner.forward({key: value.to(device) for key, value in batch.items()}, settings.cut or 0)
            order += chosen
            reporter.progress("head's start", len(order), len(positions))
    finally:
        hook.remove()
    features = torch.cat(seen)
    return torch.empty_like(features).index_copy_(0, torch.tensor(order), features)


def _learn(head: nn.Module, device: torch.device, features: Tensor, targets: Tensor, epochs: int, loss: nn.Module,
           reporter: Reporter) -> None:
    head.train()
    features, targets, loss = features.to(device), targets.to(device), loss.to(device)
    optimiser = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=0.01, fused=device.type in ("cpu", "cuda"))
    steps = epochs * math.ceil(len(features) / BATCH_SIZE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps, pct_start=WARMUP)
    for _ in range(epochs):
        reporter.check_stop()
        for chosen in torch.randperm(len(features)).split(BATCH_SIZE):
            optimiser.zero_grad()
            loss(head(features[chosen.to(device)]), targets[chosen.to(device)]).backward()
            optimiser.step()
            schedule.step()
    head.eval()
