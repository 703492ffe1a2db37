"""A new head's start: features standardised, then learnt alone on the model as it is, before anything else may change.

Linear probing first keeps good features from being bent to a random head (Kumar et al., arXiv 2202.10054).
"""

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.inference.batching import plan, token_budget
from engine.inference.devices import autocast
from engine.training.events import Reporter
from engine.training.examples import Examples
from engine.training.lightning_module import Forward
from engine.training.losses import ClassificationLoss
from engine.training.methods import Method
from engine.training.rows import DenseRows, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.base import BaseModel

MOST_ROWS = 4096
BATCH_SIZE = 256
LEARNING_RATE = 5e-3
WARMUP = 0.3


def prime_head(model: "BaseModel", rows: Rows, examples: Examples, method: Method, settings: Settings, forward: Forward,
               loss: ClassificationLoss, reporter: Reporter) -> None:
    """Give a new head its statistics, and with methods that ask for it a first training of its own. Other heads go on as they are."""
    if not model.head.is_new:
        return
    sample = torch.from_numpy(examples.train)
    if not isinstance(rows, DenseRows):
        sample = sample[torch.randperm(len(sample), generator=torch.Generator().manual_seed(settings.seed))[:MOST_ROWS]]
    features = features_of(model, rows, sample, forward, settings.precision, reporter)
    model.head.fit_statistics(features.to(model.device))
    if method.probe_epochs:
        _learn(model, features, examples.targets[sample], method.probe_epochs, loss, reporter)


@torch.no_grad()
def features_of(model: "BaseModel", rows: Rows, positions: Tensor, forward: Forward, precision: str, reporter: Reporter) -> Tensor:
    """(positions, F): what the head is given for these rows, on the CPU."""
    seen: list[Tensor] = []
    hook = model.head.register_forward_pre_hook(lambda module, arguments: seen.append(arguments[0].float().cpu()))
    order: list[int] = []
    try:
        for chosen in plan(rows.lengths[positions.numpy()].tolist(), token_budget(model.device.type)):
            reporter.check_stop()
            batch = {key: value.to(model.device) for key, value in rows.batch(positions[chosen]).items()}
            with autocast(model.device, precision):
                forward(batch)
            order += chosen
            reporter.progress("head's start", len(order), len(positions))
    finally:
        hook.remove()
    features = torch.cat(seen)
    return torch.empty_like(features).index_copy_(0, torch.tensor(order), features)


def _learn(model: "BaseModel", features: Tensor, targets: Tensor, epochs: int, loss: ClassificationLoss, reporter: Reporter) -> None:
    head, device = model.head.train(), model.device
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
