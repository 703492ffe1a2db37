"""The one LightningModule: it trains whatever the method opened, on whatever rows were prepared."""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import Tensor, nn

from engine.errors import StudioError
from engine.inference.devices import autocast
from engine.training.attention import fast_attention
from engine.training.learners import Learner
from engine.training.objectives import Objective
from engine.training.rows import Batch
from engine.training.settings import Settings


@dataclass(frozen=True)
class Hooks:
    """Functions of the user that replace the task's own. Each is called with as many of the offered arguments as it takes.

    step(batch, batch_index) -> loss; configure_optimizers(model) -> as in Lightning; the data loaders are offered ours.
    """

    step: Callable[..., Any] | None = None
    configure_optimizers: Callable[..., Any] | None = None
    train_dataloader: Callable[..., Any] | None = None
    val_dataloader: Callable[..., Any] | None = None


def call(function: Callable[..., Any], *offered: Any) -> Any:
    """Call a user's function with as many arguments as it takes."""
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return function(*offered)
    positional = [item for item in parameters if item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD)]
    return function(*offered[:len(positional)])


OPTIMISERS: dict[str, Callable[[Any, bool], torch.optim.Optimizer]] = {
    "adamw": lambda groups, fused: torch.optim.AdamW(groups, fused=fused),
    "adafactor": lambda groups, fused: torch.optim.Adafactor(groups),
    "sgd": lambda groups, fused: torch.optim.SGD(groups, momentum=0.9, nesterov=True),
}


class Trainee(lightning.LightningModule):
    """steps: optimiser steps of the whole training, None if unknown. head_rate: see `Method`."""

    def __init__(self, learner: Learner, objective: Objective, loss: nn.Module, settings: Settings, head_rate: float, steps: int | None,
                 hooks: Hooks) -> None:
        super().__init__()
        self.model = learner.model
        self.loss = loss
        self._learner = learner
        self._objective = objective
        self._settings = settings
        self._head_rate = head_rate
        self._steps = steps
        self._hooks = hooks
        self.last_loss = math.nan
        self.validated: list[tuple[Tensor, Tensor, Tensor]] = []  # (positions, what is kept of the outputs, loss times rows) of each batch

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        loss = call(self._hooks.step, batch, batch_idx) if self._hooks.step else self._loss(batch)[0]
        self.last_loss = loss.item()
        if not math.isfinite(self.last_loss):
            raise StudioError(f"The loss became {self.last_loss} at step {self.global_step + 1}.",
                              f"Try a smaller learning rate than {self._settings.learning_rate:g}, or precision fp32.")
        return loss

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        loss, outputs = self._loss(batch)
        positions = batch["positions"].cpu()
        self.validated.append((positions, self._objective.kept(outputs).float().cpu(), (loss * len(positions)).float().cpu()))

    def _loss(self, batch: Batch) -> tuple[Tensor, Tensor]:
        with autocast(self.device, self._settings.precision), fast_attention(batch):
            outputs = self._learner.forward(batch, self._settings.cut or 0)
        return self.loss(outputs, batch["targets"]), outputs

    def configure_optimizers(self) -> Any:
        """The optimiser of the settings; the rate rises linearly, then falls as a half cosine to nothing."""
        if self._hooks.configure_optimizers:
            return call(self._hooks.configure_optimizers, self.model)
        optimiser = OPTIMISERS[self._settings.optimizer or "adamw"](self._groups(), self.device.type in ("cpu", "cuda"))
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self._rate)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _rate(self, step: int) -> float:
        if self._steps is None:
            return 1.0
        warm = max(1, round(self._steps * (self._settings.warmup or 0)))
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, self._steps - warm))))

    def _groups(self) -> list[dict[str, Any]]:
        """The head has its own rate; biases and normalisation are not decayed."""
        rate, decay = self._settings.learning_rate or 0.0, self._settings.weight_decay or 0.0
        groups: dict[tuple[float, float], list[nn.Parameter]] = {}
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                key = (rate * (self._head_rate if self._learner.is_head(name) else 1.0), decay if parameter.dim() > 1 else 0.0)
                groups.setdefault(key, []).append(parameter)
        return [{"params": parameters, "lr": rate, "weight_decay": decay} for (rate, decay), parameters in groups.items()]
