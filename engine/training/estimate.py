"""What a training will take, before it starts: a few real steps on a sample of the rows, with a copy of the model."""

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from engine.inference.devices import autocast
from engine.tasks import task_class
from engine.training.augmenting import augmented
from engine.training.batch_size import bytes_per_row, find_batch_size
from engine.training.environment import computing, resolve
from engine.training.events import Reporter
from engine.training.examples import Examples, read_examples
from engine.training.learners import learner_for
from engine.training.lightning_module import Hooks, Trainee
from engine.training.methods import Method
from engine.training.objectives import Objective
from engine.training.results import Estimate
from engine.training.rows import Batches, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.base import BaseModel
    from engine.training.learners import Learner

STEPS_TIMED = 4
SHARE_OF_A_TRIAL = 0.6  # of a whole training: many trials end early
SECONDS_AROUND = 2.0  # reading, starting and evaluating
STARTUP_OF_A_STEP = 0.002  # what Lightning adds to each step
COPIES_OF_A_TRAINED_WEIGHT = 4  # gradient, two moments, the best so far


@dataclass(frozen=True)
class _Timing:
    """Seconds a row: prepare (once), learn and look (forward only, each epoch)."""

    prepare: float
    learn: float
    look: float


def estimate(model: "BaseModel", task: str, variant: str, params: Mapping[str, Any], settings: Settings, *,
             threads: int | None = None) -> Estimate:
    """Seconds and memory of `fit` with the same arguments; the model stays as it is. Raises StudioError where `fit` would."""
    with computing(model, settings.seed, threads):
        learner = learner_for(copy.deepcopy(model), task)
        objective = learner.objective(task_class(task).variant(variant))
        examples = read_examples(learner, variant, params, settings)
        method, resolved, why = resolve(learner, variant, examples, settings)
        learner.begin(examples, method, resolved)
        method.open(learner, resolved)
        examples = augmented(examples, resolved) if learner.augments else examples
        sample = examples.only(np.random.default_rng(settings.seed).permutation(examples.train)[:learner.sampled])
        began = time.monotonic()
        rows, _ = learner.prepare(sample.inputs, method, resolved, Reporter(), keep=False)
        prepared = (time.monotonic() - began) / len(sample.inputs)
        batch_size, accumulate = find_batch_size(learner, rows, sample, resolved)
        timing = _time(learner, objective, rows, sample, method, resolved, batch_size, prepared)
        per_row = bytes_per_row(learner, rows, sample, resolved)
        memory = _memory(learner.model, rows, len(examples.inputs) / len(sample.inputs), batch_size * per_row)
    epochs = resolved.epochs or 1
    repeats = 1 + (resolved.trials - 1) * SHARE_OF_A_TRIAL if resolved.trials else 1.0
    steps = -(-len(examples.train) // (batch_size * accumulate)) * epochs
    fewest = min(epochs, (resolved.early_stopping_epochs or epochs) + 2) if len(examples.validation) else epochs
    seconds = _seconds(timing, examples, method, epochs, batch_size, repeats)
    low = _seconds(timing, examples, method, fewest, batch_size, repeats)
    return Estimate(seconds, 0.75 * low, 1.35 * seconds, memory, method.name, why, len(examples.inputs), len(examples.classes), steps)


def _time(learner: "Learner", objective: Objective, rows: Rows, sample: Examples, method: Method, settings: Settings, batch_size: int,
          prepared: float) -> _Timing:
    """Real steps on real rows; the first one of each kind warms up and is not counted."""
    model = learner.model
    loss = objective.loss(sample, settings).to(model.device)
    trainee = Trainee(learner, objective, loss, settings, method.head_rate, None, Hooks())
    optimiser = trainee.configure_optimizers()["optimizer"]
    size = min(batch_size, max(1, len(sample.train) // 2))
    order = objective.order(rows, sample, size, settings.seed)
    batches = list(Batches(rows, sample.index, sample.targets, sample.train, order))[:STEPS_TIMED + 1]
    batches = [{key: value.to(model.device) for key, value in batch.items()} for batch in batches]
    method.mode(learner, settings)
    learn = []
    for batch in batches:
        began = time.monotonic()
        trainee.training_step(batch, 0).backward()
        optimiser.step()
        optimiser.zero_grad()
        learn.append((time.monotonic() - began) / len(batch["positions"]))
    model.eval()
    look = []
    with torch.no_grad(), autocast(model.device, settings.precision):
        for batch in batches:
            began = time.monotonic()
            trainee.validation_step(batch, 0)
            look.append((time.monotonic() - began) / len(batch["positions"]))
    return _Timing(prepared, float(np.median(learn[1:] or learn)), float(np.median(look[1:] or look)))


def _seconds(timing: _Timing, examples: Examples, method: Method, epochs: int, batch_size: int, repeats: float) -> float:
    train, validation = len(examples.train), len(examples.validation)
    epoch = train * timing.learn + validation * timing.look + STARTUP_OF_A_STEP * train / batch_size
    probe = train * timing.look if method.probe_epochs else 0.0
    return SECONDS_AROUND + len(examples.inputs) * timing.prepare + repeats * (probe + epochs * epoch)


def _memory(model: "BaseModel", rows: Rows, share: float, batch: int) -> int:
    """Bytes of the model, the optimiser and the best weights, the prepared rows, and what a step keeps for its way back."""
    own = sum(value.numel() * value.element_size() for value in model.parameters())
    trained = sum(value.numel() * value.element_size() for value in model.parameters() if value.requires_grad)
    kept = rows.octets * share
    return int(own + COPIES_OF_A_TRAINED_WEIGHT * trained + kept + batch)
