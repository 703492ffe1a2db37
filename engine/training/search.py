"""A search for better settings: the same prepared rows, split and start, again and again; weak trials end early, the best is kept."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.errors import Stopped
from engine.models.head import ClassifierHead
from engine.training.events import Event, Point, Progress, Reporter
from engine.training.settings import Settings
from engine.training.train import Trained
from engine.training.weights import Keeper

if TYPE_CHECKING:
    import optuna

    from engine.models.base import BaseModel

WARM_UP, STARTERS = 2, 5  # epochs that every trial may have, and trials before any is ended early
SPREAD = 6.0  # how many times smaller or larger than the method's a learning rate may be
TOLD_OTHERWISE = ("epoch", "step", "train_loss", "seconds", "steps", "samples")  # of an epoch's history: all else are curves
Train = Callable[[Settings, Reporter], Trained]
Reopen = Callable[[Settings], None]
HIDDEN = (0, 128, 512)  # units of a head's layer that are tried


class TrialReporter(Reporter):
    """Tells of trials instead of epochs, and asks a trial to end once others were better at the same epoch."""

    def __init__(self, outer: Reporter, trial: "optuna.Trial", number: int, trials: int, metric: str, sign: float) -> None:
        super().__init__(self._told, lambda: self.pruned or outer.stops())
        self.outer, self.trial, self.number, self.trials = outer, trial, number, trials
        self.metric, self.sign, self.pruned = metric, sign, False

    def _told(self, event: Event) -> None:
        if isinstance(event, Progress) and event.epoch and event.epochs:
            share = (event.epoch - 1 + event.done / max(event.total, 1)) / event.epochs
            self.outer.progress("searching", round((self.number + share) * 100), self.trials * 100)
        elif isinstance(event, Point) and event.curve == self.metric and event.epoch >= 1:
            self.trial.report(self.sign * event.value, round(event.epoch))
            self.pruned = self.pruned or self.trial.should_prune()


class Starts:
    """The model as every trial finds it: of each size of head and adapters one, made when a trial first asks for it."""

    def __init__(self, model: "BaseModel", settings: Settings, reopen: Reopen) -> None:
        self._model, self._reopen = model, reopen
        self._opened = self._size(settings)
        self._kept: dict[tuple[int | None, int], Keeper] = {}
        self._keep()

    def open(self, settings: Settings) -> None:
        """Put head and adapters of this size on, and everything back to where it began."""
        self._kept[self._opened].restore()
        if (size := self._size(settings)) == self._opened:
            return
        self._reopen(settings)
        self._opened = size
        if size not in self._kept:
            self._keep()
        self._kept[size].restore()

    def close(self) -> None:
        for keeper in self._kept.values():
            keeper.close()

    def _keep(self) -> None:
        self._kept[self._opened] = Keeper(self._model)
        self._kept[self._opened].keep()

    @staticmethod
    def _size(settings: Settings) -> tuple[int | None, int]:
        return settings.rank, settings.hidden


def search(train: Train, reopen: Reopen, model: "BaseModel", settings: Settings, metric: str | None,
           reporter: Reporter) -> tuple[Trained, Settings, list[dict[str, Any]]]:
    """Train `settings.trials` times and leave the model with the best weights.

    reopen: puts head and adapters of other sizes on. metric: of an epoch, larger is better; None judges by the validation loss. Each
    trial is {trial, value, ran, ended, and what it tried}; ran counts epochs. The first one is the method's own settings; those after
    it are suggested by TPE (Bergstra et al., NeurIPS 2011).
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    judged, sign = (metric, 1.0) if metric else ("val_loss", -1.0)
    starts, best, space = Starts(model, settings, reopen), Keeper(model), _space(settings, model)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=settings.seed, n_startup_trials=STARTERS),
                                pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTERS, n_warmup_steps=WARM_UP))
    study.enqueue_trial({name: getattr(settings, name) for name in space})
    trials: list[dict[str, Any]] = []
    found: tuple[Trained, Settings] | None = None
    top = -math.inf
    for number in range(settings.trials):
        trial = study.ask()
        tried = replace(settings, **{name: suggest(trial) for name, suggest in space.items()})
        starts.open(tried)
        own = TrialReporter(reporter, trial, number, settings.trials, judged, sign)
        try:
            trained = train(tried, own)
        except Stopped:
            if not own.pruned or reporter.stops():
                break
            continue
        value = _value(trained, judged, sign)
        study.tell(trial, state=optuna.trial.TrialState.PRUNED) if own.pruned else study.tell(trial, value)
        trials.append({"trial": number + 1, "value": sign * value, "ran": len(trained.history), "ended": "early" if own.pruned else "",
                       **{name: getattr(tried, name) for name in space}})
        reporter.point("trial", number + 1, float(number + 1), sign * value)
        if value > top:
            top, found = value, (trained, tried)
            best.keep()
        if reporter.stops():
            break
    if found is None:
        raise Stopped
    starts.open(found[1])
    best.restore()
    best.close()
    starts.close()
    kept = next(row for row in trials if row["value"] == sign * top)
    reporter.log(f"Trial {kept['trial']} of {len(trials)} was the best.")
    _tell(found[0], reporter)
    return *found, trials


def _tell(trained: Trained, reporter: Reporter) -> None:
    """The curves of the trial that is kept, as a training on its own would have told them."""
    for curve, value in trained.start.items():
        reporter.point(curve, 0, 0.0, value)
    for epoch in trained.history:
        number, points = epoch["epoch"], epoch["steps"]
        for place, (step, loss) in enumerate(points, start=1):
            reporter.point("train_loss", step, number - 1 + place / len(points), loss)
        for curve, value in epoch.items():
            if curve not in TOLD_OTHERWISE:
                reporter.point(curve, epoch["step"], float(number), value)


def _space(settings: Settings, model: "BaseModel") -> dict[str, Callable[["optuna.Trial"], Any]]:
    """What is searched: only what the method uses, about the values that it takes for itself."""
    rate, size = settings.learning_rate or 1e-3, settings.optimal_batch_size or 32
    sizes = sorted({max(1, size // 2), size, size * 2})
    space: dict[str, Callable[[optuna.Trial], Any]] = {
        "learning_rate": lambda trial: trial.suggest_float("learning_rate", rate / SPREAD, min(10.0, rate * SPREAD), log=True),
        "weight_decay": lambda trial: trial.suggest_float("weight_decay", 0.0, max(0.2, settings.weight_decay or 0.0)),
    }
    if (epochs := settings.epochs or 1) > 1:
        space["epochs"] = lambda trial: trial.suggest_int("epochs", -(-epochs // 2), epochs)
    if settings.rank:
        ranks = sorted({max(1, settings.rank // 2), settings.rank, settings.rank * 2})
        space["rank"] = lambda trial: trial.suggest_categorical("rank", ranks)
    if isinstance(getattr(model, "head", None), ClassifierHead):
        space["hidden"] = lambda trial: trial.suggest_categorical("hidden", sorted({*HIDDEN, settings.hidden}))
    if settings.batch_size is None:
        space["optimal_batch_size"] = lambda trial: trial.suggest_categorical("optimal_batch_size", sizes)
    if settings.dropout:
        space["dropout"] = lambda trial: trial.suggest_float("dropout", 0.0, 0.7)
    if settings.label_smoothing:
        space["label_smoothing"] = lambda trial: trial.suggest_float("label_smoothing", 0.0, 0.2)
    return space


def _value(trained: Trained, judged: str, sign: float) -> float:
    """Of the best epoch, so that larger is better."""
    epoch = trained.history[(trained.best_epoch or len(trained.history)) - 1]
    return sign * float(epoch.get(judged, epoch.get("val_loss", math.inf) * -sign))
