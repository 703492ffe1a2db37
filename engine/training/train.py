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
from engine.training.attention import fast_attention
from engine.training.events import Reporter
from engine.training.examples import Examples
from engine.training.forward import forward_of
from engine.training.lightning_module import Hooks, Trainee
from engine.training.loaders import Loaders, loaders_of
from engine.training.losses import ClassificationLoss, class_weights
from engine.training.methods import Method
from engine.training.metrics import summary
from engine.training.probe import prime_head
from engine.training.rows import DenseRows, Rows
from engine.training.settings import Settings
from engine.training.threads import threads
from engine.training.watch import Measure, Watch
from engine.training.weights import Keeper

if TYPE_CHECKING:
    from engine.models.base import BaseModel


@dataclass(frozen=True)
class Trained:
    """best_epoch: None if nothing was validated; stopped: on request."""

    history: list[dict[str, Any]]
    best_epoch: int | None
    stopped: bool
    batch_size: int


def train(model: "BaseModel", rows: Rows, examples: Examples, method: Method, settings: Settings, reporter: Reporter,
          hooks: Hooks) -> Trained:
    """Train what the method opened and leave the model with its best weights. `Stopped` only if nothing was learned yet."""
    model.eval()  # a new head is in training mode: measuring with it would draw dropout's random numbers, but only if features were cached
    forward, loss = forward_of(model, rows, settings.cut or 0), _loss(examples, settings)
    with threads(1 if isinstance(rows, DenseRows) else None):  # so small products only wait for each other on several cores
        prime_head(model, rows, examples, method, settings, forward, loss, reporter)
        loaders = loaders_of(model, rows, examples, settings, forward, hooks)
        watch = Watch(reporter, Keeper(model), _measure(examples), len(examples.train), settings, loaders.steps)
        trainee = Trainee(model, forward, loss, settings, method.head_rate, loaders.steps, hooks)
        with fast_attention(model.device, rows):
            stopped = _run(trainee, loaders, watch, method, settings)
    if stopped and watch.steps == 0:
        raise Stopped
    return Trained(watch.history, watch.best_epoch, stopped, loaders.batch_size)


def _run(trainee: Trainee, loaders: Loaders, watch: Watch, method: Method, settings: Settings) -> bool:
    """Let Lightning run the loops; whether it was stopped on request. However it ends, the best weights are put back."""
    model, device = trainee.model, trainee.model.device
    with _quiet():
        trainer = lightning.Trainer(
            accelerator=_accelerator(device), devices=1, max_epochs=settings.epochs, barebones=True, callbacks=[watch],
            accumulate_grad_batches=loaders.accumulate, gradient_clip_val=settings.gradient_clipping or None,
        )
        try:
            method.mode(model)
            trainer.fit(trainee, loaders.train, loaders.validation)
            return False
        except Stopped:
            return True
        finally:
            model.to(device).eval()
            watch.back_to_best()


def _loss(examples: Examples, settings: Settings) -> ClassificationLoss:
    targets, classes, several = examples.targets[torch.from_numpy(examples.train)], len(examples.classes), examples.multi_label
    weights = class_weights(targets, classes, several) if settings.class_weights else None
    return ClassificationLoss(several, settings.label_smoothing or 0.0, weights)


def _measure(examples: Examples) -> Measure:
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
