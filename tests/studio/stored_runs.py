"""Runs as rows of the database, ended as real ones end, without any training."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from engine.runs import changes
from engine.runs.recovery import THREAD_NAME
from engine.training.events import Progress
from engine.training.results import Evaluation, Result
from engine.training.settings import Settings

LABELS = ["delivery", "praise", "refund"]


def evaluation(value: float = 0.8, interval: tuple[float, float] = (0.7, 0.9), **changed: Any) -> Evaluation:
    """Ten validation rows of three classes, two of them answered wrong."""
    given: dict[str, Any] = {
        "metric": "accuracy", "value": value, "interval": interval, "baselines": {"majority": 0.4, "zero-shot": 0.6}, "labels": LABELS,
        "per_class": [{"label": "delivery", "precision": 0.75, "recall": 0.75, "f1": 0.75, "support": 4},
                      {"label": "praise", "precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 3},
                      {"label": "refund", "precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "support": 3}],
        "confusion": [[3, 0, 1], [0, 3, 0], [1, 0, 2]],
        "mistakes": [{"row": 5, "text": "where is my money", "truth": "refund", "predicted": "delivery", "probability": 0.97},
                     {"row": 1, "text": "it never came back", "truth": "delivery", "predicted": "refund", "probability": 0.61}]}
    return Evaluation(**{**given, **changed})


def result(**changed: Any) -> Result:
    given: dict[str, Any] = {
        "metrics": {"accuracy": 0.8}, "history": [], "best_epoch": 2, "seconds": 12.0,
        "settings": {**Settings(method="head").to_dict(), "epochs": 3, "learning_rate": 0.01}, "evaluation": evaluation(),
        "rows": {"train": 38, "validation": 10, "cut": 1}}
    return Result(**{**given, **changed})


def enter(run_id: str, **changed: Any) -> str:
    """A run that waits in the queue."""
    given = {"name": "Messages", "task": "text-classification", "variant": "single_label", "model": "minilm", "method": "head",
             "settings": Settings(method="head").to_dict(), "origin": None,
             "estimate": {"seconds": 10.0, "seconds_low": 8.0, "seconds_high": 14.0},
             "data": {"fingerprint": "0" * 16, "rows": 48, "columns": ["labels", "texts"], "dataset": None, "name": "messages.csv"}}
    changes.enter(id=run_id, **{**given, **changed})
    return run_id


def begin(run_id: str, epochs: int = 3) -> str:
    """The waiting run, now trained by this process, with its curves."""
    assert changes.claim() == run_id
    rows: list[dict[str, Any]] = []
    for epoch in range(1, epochs + 1):
        for step in range(4 * epoch - 3, 4 * epoch + 1):
            rows.append(point("train_loss", step, step / 4, 2 / step))
        rows += [point("val_loss", 4 * epoch, epoch, abs(epoch - 2) + 0.5), point("accuracy", 4 * epoch, epoch, 0.8 - abs(epoch - 2) / 10)]
    log = dict.fromkeys(("curve", "step", "epoch", "value"))
    rows.append({**log, "level": "info", "text": "a line of the log", "kind": "log", "time": 1.0})
    progress = Progress("Training", 20, 40, epoch=2, epochs=4, rows_per_second=812.0, eta=34.0)
    changes.store_events(run_id, [{**row, "seq": place} for place, row in enumerate(rows, start=1)], asdict(progress))
    return run_id


@contextmanager
def training(run_id: str) -> Iterator[str]:
    """A run that this process trains as long as it is looked at: a thread bears its name, so nobody takes it for an orphan."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait, name=THREAD_NAME + run_id)
    thread.start()
    try:
        yield begin(enter(run_id))
    finally:
        over.set()
        thread.join()


def point(curve: str, step: int, epoch: float, value: float) -> dict[str, Any]:
    return {"curve": curve, "step": step, "epoch": epoch, "value": value, "level": None, "text": None, "kind": "point", "time": 1.0}


def finish(run_id: str, state: str = "finished", note: str = "", outcome: Result | None = None) -> str:
    """The training run, ended with a result."""
    outcome = outcome or result()
    summary = {"metrics": outcome.metrics, "seconds": outcome.seconds, "has_model": True}
    assert changes.end(run_id, state, note=note, result=outcome.to_dict(), summary=summary)
    return run_id


def finished(run_id: str = "20261122-104211-0001", **changed: Any) -> str:
    return finish(begin(enter(run_id, **changed)))
