"""The training itself: prepared rows in, trained weights and a history out."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytorch_lightning as lightning
import torch

from engine.errors import Stopped
from engine.training.events import Reporter
from engine.training.examples import Examples
from engine.training.lightning_module import Hooks, Trainee
from engine.training.loaders import Loaders, loaders_of
from engine.training.methods import Method
from engine.training.objectives import Objective
from engine.training.probe import prime_head
from engine.training.rows import DenseRows, Rows
from engine.training.settings import Settings
from engine.training.threads import threads
from engine.training.watch import Watch
from engine.training.weights import Keeper

if TYPE_CHECKING:
    from engine.training.learners import Learner


@dataclass(frozen=True)
class Trained:
    """best_epoch: None if nothing was validated; stopped: on request."""

    history: list[dict[str, Any]]
    best_epoch: int | None
    stopped: bool
    batch_size: int
    start: dict[str, float]


def train(learner: "Learner", objective: Objective, rows: Rows, examples: Examples, method: Method, settings: Settings,
          reporter: Reporter, hooks: Hooks) -> Trained:
    """Train what the method opened and leave the model with its best weights. `Stopped` only if nothing was learned yet."""
    learner.model.eval()  # a new head is in training mode: measuring with it would draw dropout's random numbers
    loss = objective.loss(examples, settings)
    with threads(1 if isinstance(rows, DenseRows) and rows.values.dim() == 2 else None):  # small products only wait for each other
        prime_head(learner, rows, examples, method, settings, loss, reporter)
        loaders = loaders_of(learner, objective, rows, examples, settings, hooks)
        watch = Watch(reporter, Keeper(learner.model), lambda positions, kept: objective.measure(kept, positions, examples),
                      len(examples.train), settings, loaders.steps, lambda: objective.tried(learner, examples, reporter), examples.metric)
        trainee = Trainee(learner, objective, loss, settings, method.head_rate, loaders.steps, hooks)
        if not objective.fresh and loaders.validation is not None:
            watch.start(trainee, loaders.validation)
        stopped = _run(learner, trainee, loaders, watch, method, settings)
    if stopped and watch.steps == 0:
        raise Stopped
    return Trained(watch.history, watch.best_epoch, stopped, loaders.batch_size, watch.first)


def _run(learner: "Learner", trainee: Trainee, loaders: Loaders, watch: Watch, method: Method, settings: Settings) -> bool:
    """Let Lightning run the loops; whether it was stopped on request. However it ends, the best weights are put back."""
    model, device = learner.model, learner.device
    with _quiet():
        trainer = lightning.Trainer(
            accelerator=_accelerator(device), devices=1, max_epochs=settings.epochs, barebones=True, callbacks=[watch],
            accumulate_grad_batches=loaders.accumulate, gradient_clip_val=settings.gradient_clipping or None,
        )
        try:
            method.mode(learner, settings)
            trainer.fit(trainee, loaders.train, loaders.validation)
            return False
        except Stopped:
            return True
        finally:
            model.to(device).eval()
            watch.back_to_best()


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
