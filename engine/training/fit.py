"""Finetuning, from top to bottom."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.errors import Stopped, StudioError
from engine.models.head import ClassifierHead
from engine.tasks import task_class
from engine.training.augmenting import augmented
from engine.training.environment import computing, resolve
from engine.training.events import Event, Reporter, ignore, never
from engine.training.examples import Examples, read_examples
from engine.training.learners import Learner, learner_for
from engine.training.lightning_module import Hooks
from engine.training.methods import Method
from engine.training.objectives import Objective
from engine.training.results import Result
from engine.training.rows import Rows
from engine.training.settings import Settings
from engine.training.train import Trained, train
from engine.training.undo import as_it_was_if_it_fails

if TYPE_CHECKING:
    from engine.models.base import BaseModel


class StoppedEarly(StudioError, Stopped):
    """Stopped on request before anything was learnt: there is nothing to keep."""


def fit(model: "BaseModel", task: str, variant: str, params: Mapping[str, Any], settings: Settings,
        report: Callable[[Event], None] = ignore, should_stop: Callable[[], bool] = never, *, threads: int | None = None,
        **hooks: Callable[..., Any]) -> Result:
    """Train the model in place and say how good it became.

    params: as the task's variant declares. threads: processor threads, None for as many as torch has. hooks: see `Hooks`.
    Raises StudioError for what the user can put right, `StoppedEarly` if it was stopped before the first step.
    """
    began, reporter = time.monotonic(), Reporter(report, should_stop)
    with computing(model, settings.seed, threads), _said_when_stopped(), as_it_was_if_it_fails(model) as undo:
        learner = learner_for(model, task)
        objective = learner.objective(task_class(task).variant(variant))
        examples = read_examples(learner, variant, params, settings)
        method, settings, why = resolve(learner, variant, examples, settings)
        for said in (f"Method: {method.label.lower()}. {why}".strip(), *examples.notes):
            reporter.log(said)
        before = objective.before(learner, examples, reporter)
        undo.begins(learner)
        model.adapters = None  # of an earlier training; they are part of the weights now
        learner.begin(examples, method, settings)
        method.open(learner, settings)
        undo.opened(method)
        examples = augmented(examples, settings) if learner.augments else examples
        rows, shortened = learner.prepare(examples.inputs, method, settings, reporter)
        run = partial(_trained, learner, objective, rows, examples, method, Hooks(**hooks))
        reopen = partial(_opened, learner, examples, method)
        trained, settings, trials = _best_of_trials(run, reopen, model, settings, objective, examples, reporter)
        metrics: dict[str, float] = {}
        evaluation = None
        if len(examples.validation):
            metrics, evaluation = objective.evaluate(learner, rows, examples, before, settings, reporter.to_the_end())
        method.close(learner, settings)
        learner.end()
    return Result(
        metrics=metrics, history=trained.history, best_epoch=trained.best_epoch, seconds=time.monotonic() - began,
        settings=dataclasses.replace(settings, batch_size=trained.batch_size).to_dict(), evaluation=evaluation, stopped=trained.stopped,
        start=trained.start, trials=trials, validation=[examples.row(position) for position in examples.validation.tolist()],
        rows={"train": len(set(examples.rows[examples.train].tolist())) if len(examples.rows) else len(examples.train),
              "validation": len(examples.validation), "cut": shortened},
        notes=[note for note in (why, *examples.notes, _unmeasured(examples, settings)) if note],
    )


def _opened(learner: Learner, examples: Examples, method: Method, settings: Settings) -> None:
    """Put on head and adapters anew, in the sizes of these settings."""
    method.abandon(learner)
    learner.begin(examples, method, settings)
    method.open(learner, settings)


def _trained(learner: Learner, objective: Objective, rows: Rows, examples: Examples, method: Method, hooks: Hooks, settings: Settings,
             reporter: Reporter) -> Trained:
    if isinstance(learner.head, ClassifierHead):
        learner.head.drop(settings.dropout or 0.0)
    return train(learner, objective, rows, examples, method, settings, reporter, hooks)


def _best_of_trials(run: Callable[[Settings, Reporter], Trained], reopen: Callable[[Settings], None], model: "BaseModel",
                    settings: Settings, objective: Objective, examples: Examples,
                    reporter: Reporter) -> tuple[Trained, Settings, list[dict[str, Any]]]:
    """One training with the settings as they are, or with `settings.trials` the best of so many."""
    if not settings.trials or not len(examples.validation):
        return run(settings, reporter), settings, []
    from engine.training.search import search

    return search(run, reopen, model, settings, examples.metric if objective.measures else None, reporter)


def _unmeasured(examples: Examples, settings: Settings) -> str:
    if len(examples.validation) or settings.validation_split == 0:
        return ""
    return "There are too few different rows to hold any back, so nothing was measured."


@contextmanager
def _said_when_stopped() -> Iterator[None]:
    try:
        yield
    except Stopped:
        raise StoppedEarly("The training was stopped before anything was learned.",
                           "There is nothing to save; start it again when you like.") from None
