"""From a batch to logits, for each kind of prepared rows; and the head's start."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.training.events import Reporter
from engine.training.examples import Examples
from engine.inference.batching import plan, token_budget
from engine.inference.devices import autocast
from engine.training.lightning_module import Forward
from engine.training.rows import Batch, DenseRows, Rows

if TYPE_CHECKING:
    from engine.models.base import BaseModel

ROWS_FOR_STATISTICS = 2048


def forward_of(model: "BaseModel", rows: Rows, cut: int) -> Forward:
    """The way of a batch through what is trained: from features, from hidden states at the cut, or from token ids."""
    def from_features(batch: Batch) -> Tensor:
        return model.head(batch["features"])

    def from_hidden(batch: Batch) -> Tensor:
        return model.above(batch["hidden"].float(), batch["attention_mask"], cut)

    def from_tokens(batch: Batch) -> Tensor:
        return model.logits(batch["input_ids"], batch["attention_mask"])

    return {"features": from_features, "hidden": from_hidden, "input_ids": from_tokens}[rows.key]


@torch.no_grad()
def prime_head(model: "BaseModel", rows: Rows, examples: Examples, forward: Forward, precision: str, reporter: Reporter) -> None:
    """Give a new head the mean and deviation of the features that it will see, from a sample of the training rows."""
    if not model.head.is_new:
        return
    seen: list[Tensor] = []
    hook = model.head.register_forward_pre_hook(lambda module, arguments: seen.append(arguments[0].float().cpu()))
    random = torch.Generator().manual_seed(0)
    sample = torch.from_numpy(examples.train)[torch.randperm(len(examples.train), generator=random)[:ROWS_FOR_STATISTICS]]
    if isinstance(rows, DenseRows):
        sample = torch.from_numpy(examples.train)
    try:
        for chosen in plan(rows.lengths[sample.numpy()].tolist(), token_budget(model.device.type)):
            reporter.check_stop()
            batch = {key: value.to(model.device) for key, value in rows.batch(sample[chosen]).items()}
            with autocast(model.device, precision):
                forward(batch)
    finally:
        hook.remove()
    model.head.fit_statistics(torch.cat(seen))
