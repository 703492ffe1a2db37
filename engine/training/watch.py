"""Lightning's callback: events, history, early stopping, the best weights, and the look whether to stop."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytorch_lightning as lightning
import torch
from numpy.typing import NDArray

from engine.inference.memory import give_back
from engine.training.events import POINTS_PER_CURVE, Reporter
from engine.training.lightning_module import Trainee
from engine.training.settings import Settings
from engine.training.weights import Keeper

LONGEST_SAMPLE = 300  # characters of a sample in the log
Measure = Callable[[NDArray[np.int64], torch.Tensor], dict[str, float]]


class Watch(lightning.Callback):
    """measure(positions, what was kept of the outputs) -> metrics of the validation rows, the primary one first. rows: training rows of
    an epoch. samples: a few answers, asked for after each epoch, whose mean score is then the metric."""

    def __init__(self, reporter: Reporter, keeper: Keeper, measure: Measure, rows: int, settings: Settings, steps: int | None,
                 samples: Callable[[], list[dict[str, Any]]], metric: str) -> None:
        self.reporter = reporter
        self.keeper = keeper
        self.measure = measure
        self.samples = samples
        self.metric = metric
        self.rows = rows
        self.epochs = settings.epochs or 1
        self.patience = settings.early_stopping_epochs or 0
        self.every = max(1, -(-(steps or 0) // POINTS_PER_CURVE))
        self.history: list[dict[str, Any]] = []
        self.first: dict[str, float] = {}
        self.best_epoch: int | None = None
        self.best_loss = float("inf")
        self.steps = 0
        self._losses: list[float] = []
        self._points: list[list[float]] = []
        self._epoch_loss = [0.0, 0]
        self._done = 0
        self._since_best = 0
        self._scores: dict[str, float] = {}
        self._began = self._epoch_began = time.monotonic()

    @torch.no_grad()
    def start(self, module: Trainee, batches: Any) -> None:
        """Measure the validation rows before the first step: the curve's beginning."""
        module.model.eval()
        for number, batch in enumerate(batches):
            self.reporter.check_stop()
            module.validation_step({key: value.to(module.model.device) for key, value in batch.items()}, number)
        for curve, value in self._measured(module).items():
            self.reporter.point(curve, 0, 0.0, value)
            self.first[curve] = value

    def _measured(self, module: Trainee) -> dict[str, float]:
        positions = torch.cat([part[0] for part in module.validated]).numpy()
        kept = torch.cat([part[1] for part in module.validated])
        loss = float(torch.stack([part[2] for part in module.validated]).sum()) / len(positions)
        module.validated.clear()
        return {"val_loss": loss, **self.measure(positions, kept)}

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self._began = time.monotonic()

    def on_train_epoch_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self._epoch_began, self._done, self._points, self._epoch_loss = time.monotonic(), 0, [], [0.0, 0]

    def on_train_batch_start(self, trainer: lightning.Trainer, module: lightning.LightningModule, batch: Any, batch_idx: int) -> None:
        self.reporter.check_stop()

    def on_validation_batch_start(self, trainer: lightning.Trainer, module: lightning.LightningModule, batch: Any, batch_idx: int,
                                  dataloader_idx: int = 0) -> None:
        self.reporter.check_stop()

    def on_train_batch_end(self, trainer: lightning.Trainer, module: lightning.LightningModule, outputs: Any, batch: Any,
                           batch_idx: int) -> None:
        assert isinstance(module, Trainee)
        loss, size = module.last_loss, _size(batch)
        stepped, self.steps = trainer.global_step > self.steps, trainer.global_step  # gradients of several batches may make one step
        self._done += size
        self._since_best += 1
        self._losses.append(loss)
        self._epoch_loss[0] += loss * size
        self._epoch_loss[1] += size
        give_back()
        if stepped and len(self._losses) >= self.every:
            self._point(trainer.current_epoch)
        self._progress(trainer.current_epoch)

    def on_validation_epoch_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        assert isinstance(module, Trainee)
        self._scores = self._measured(module)

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """After the validation of the same epoch."""
        epoch, scores = trainer.current_epoch + 1, self._scores
        samples = self.samples() if scores else []
        if samples:
            scores[self.metric] = sum(sample["score"] for sample in samples) / len(samples)
        for curve, value in scores.items():
            self.reporter.point(curve, self.steps, float(epoch), value)
        self.history.append({"epoch": epoch, "step": self.steps, "train_loss": self._epoch_loss[0] / max(self._epoch_loss[1], 1), **scores,
                             "seconds": time.monotonic() - self._began, "steps": self._points})
        if not scores:
            return
        if samples:
            self.history[-1]["samples"] = samples
            self.reporter.log(f"After epoch {epoch} it writes “{samples[0]['predicted'][:LONGEST_SAMPLE]}” where "
                              f"“{samples[0]['truth'][:LONGEST_SAMPLE]}” is wanted.")
        if scores["val_loss"] < self.best_loss:
            self.best_loss, self.best_epoch = scores["val_loss"], epoch
            self.keeper.keep()
            self._since_best = 0
        elif self.patience and epoch - (self.best_epoch or 0) >= self.patience and epoch < self.epochs:
            self.reporter.log(f"The validation loss was last better in epoch {self.best_epoch}: training ends early, with those weights.")
            trainer.should_stop = True

    def back_to_best(self) -> None:
        """Put the best epoch's weights back, unless the model has them."""
        if self._since_best or self.best_epoch != len(self.history):
            self.keeper.restore()
        self.keeper.close()

    def _point(self, epoch: int) -> None:
        value = sum(self._losses) / len(self._losses)
        self._losses = []
        self._points.append([self.steps, value])
        self.reporter.point("train_loss", self.steps, epoch + min(1.0, self._done / self.rows), value)

    def _progress(self, epoch: int) -> None:
        seconds = max(time.monotonic() - self._began, 1e-6)
        share = (epoch + self._done / self.rows) / self.epochs
        self.reporter.progress("training", self._done, self.rows, epoch=epoch + 1, epochs=self.epochs,
                               rows_per_second=self._done / max(time.monotonic() - self._epoch_began, 1e-6),
                               eta=seconds * (1 - share) / share if share > 0 else None)


def _size(batch: Any) -> int:
    return len(batch["positions"]) if isinstance(batch, dict) and "positions" in batch else 1
