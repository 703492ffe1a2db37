"""The training itself: prepared rows in, trained weights and a history out."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytorch_lightning as lightning
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import Stopped
from engine.training.batch_size import find_batch_size
from engine.training.events import Reporter
from engine.training.examples import Examples
from engine.training.forward import forward_of, prime_head
from engine.training.lightning_module import Hooks, Trainee, call
from engine.training.losses import ClassificationLoss, class_weights
from engine.training.methods import Method
from engine.training.metrics import summary
from engine.training.rows import Batches, Rows
from engine.training.settings import Settings
from engine.training.watch import Watch
from engine.training.weights import Keeper

if TYPE_CHECKING:
    from engine.models.base import BaseModel

ROWS_PER_EVALUATION = 256


@dataclass(frozen=True)
class Trained:
    """best_epoch: None if nothing was validated; stopped: on request."""

    history: list[dict[str, Any]]
    best_epoch: int | None
    stopped: bool
    batch_size: int
    steps: int


def train(model: "BaseModel", rows: Rows, examples: Examples, method: Method, settings: Settings, reporter: Reporter,
          hooks: Hooks) -> Trained:
    """Train what the method opened and leave the model with its best weights. `Stopped` only if nothing was learnt yet."""
    model.eval()  # a new head is in training mode: measuring with it would draw dropout's random numbers, but only if features were cached
    forward = forward_of(model, rows, settings.cut or 0)
    prime_head(model, rows, examples, forward, settings.precision, reporter)
    batch_size, accumulate = find_batch_size(model, rows, examples, settings, forward)
    train_batches: Any = Batches(rows, examples.targets, examples.train, batch_size, settings.seed)
    val_batches: Any = Batches(rows, examples.targets, examples.validation, ROWS_PER_EVALUATION, settings.seed, shuffle=False)
    train_batches = call(hooks.train_dataloader, train_batches) if hooks.train_dataloader else train_batches
    val_batches = call(hooks.val_dataloader, val_batches) if hooks.val_dataloader else val_batches
    epochs, steps = settings.epochs or 1, _steps(train_batches, accumulate, settings.epochs or 1)
    weights = class_weights(examples.targets[examples.train], len(examples.classes), examples.multi_label) if settings.class_weights else None
    loss = ClassificationLoss(examples.multi_label, settings.label_smoothing or 0.0, weights)
    keeper = Keeper(model)
    watch = Watch(reporter, keeper, _measure(examples), len(examples.train), epochs, steps, settings.early_stopping_epochs or 0)
    trainee = Trainee(model, forward, loss, settings, method.head_rate, steps, hooks)
    stopped = False
    with _quiet():
        trainer = lightning.Trainer(
            accelerator=_accelerator(model.device), devices=1, max_epochs=epochs, barebones=True, callbacks=[watch],
            accumulate_grad_batches=accumulate, gradient_clip_val=settings.gradient_clipping or None,
        )
        device = model.device
        try:
            model.train()
            trainer.fit(trainee, train_batches, val_batches if len(examples.validation) else None)
        except Stopped:
            stopped = True
        finally:
            model.to(device)
            if stopped or watch.best_epoch != len(watch.history):
                keeper.restore()
            keeper.close()
            model.eval()
    if stopped and watch.steps == 0:
        raise Stopped
    return Trained(watch.history, watch.best_epoch, stopped, batch_size, watch.steps)


def _steps(batches: Any, accumulate: int, epochs: int) -> int | None:
    """Optimiser steps of the whole training; None for a data loader that does not know its length."""
    try:
        return epochs * -(-len(batches) // accumulate)
    except TypeError:
        return None


def _measure(examples: Examples) -> Any:
    truth = examples.targets.numpy().astype(np.int64)

    def measure(positions: NDArray[np.int64], logits: Tensor) -> dict[str, float]:
        probabilities = (logits.sigmoid() if examples.multi_label else logits.softmax(dim=-1)).double().numpy()
        return {examples.metric: summary(probabilities, truth[positions], examples.multi_label)[examples.metric]}

    return measure


def _accelerator(device: torch.device) -> str:
    return {"cuda": "gpu", "mps": "mps"}.get(device.type, "cpu")


@contextmanager
def _quiet() -> Iterator[None]:
    """Lightning's hints are for people who write loops, not for those who read a run's log."""
    logger = logging.getLogger("pytorch_lightning")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pytorch_lightning.*")
        warnings.filterwarnings("ignore", module="lightning_fabric.*")
        try:
            yield
        finally:
            logger.setLevel(level)
