"""What every model is: a class that powers one or more tasks. People who write their own subclass `BaseModel`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from engine.errors import StudioError

_UNTRAINABLE = "Choose a model that can, or give yours `process_batch` and `training_step`."


class BaseModel(nn.Module):
    """A model that answers tasks: `model({"text": ...}, "text-classification")` calls `text_classification(text=[...])`.

    A method bears its task's name with "_" for "-", takes lists of inputs and returns a list of answers.
    config_keys: attributes (JSON) that `write` keeps and `read` hands to `__init__`, beside the weights.
    labels: the sorted labels of a finetuned classifier, else None. multi_label: whether a row may bear several.
    """

    config_keys: tuple[str, ...] = ()

    def __init__(self, name: str = "model", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.name = name
        self.description = description
        self.tasks = list(tasks)
        self.details: dict[str, Any] = dict(details or {})
        self.labels: list[str] | None = None
        self.multi_label = False
        self.adapters: Any = None  # what the last training with adapters learnt, see `engine.models.adapters`

    # Answers

    def __call__(self, task_input: Mapping[str, Any], task: str) -> Any:
        """Answer one item or lists of items. `task_input` is never changed; training mode is left for the time of the answer."""
        self.check_task(task)
        method = getattr(self, task.replace("-", "_"), None)
        if method is None:
            raise StudioError(f"{self.name} says it supports {task} but has no method for it.", f"Give it `{task.replace('-', '_')}`.")
        names = _inputs_of(task, task_input)
        single = not isinstance(task_input[names[0]], list | tuple)
        lists = {key: [value] if single and key in names else value for key, value in task_input.items()}
        training = self.training
        if training:
            self.eval()
        try:
            with torch.inference_mode():
                answers = method(**lists)
        finally:
            if training:
                self.train()
        return answers[0] if single else answers

    def check_task(self, task: str) -> None:
        """Refuse a task that this model does not support, naming those that it does."""
        if task not in self.tasks:
            raise StudioError(f"{self.name} does not support {task!r}.", f"It supports {', '.join(self.tasks) or 'no task'}.")

    # Finetuning

    def trainable(self, task: str) -> "BaseModel":
        """The model that learns when this one is finetuned for a task: itself, or the part of it that can."""
        return self

    def process_batch(self, params: Mapping[str, Any], task: str) -> dict[str, Tensor]:
        """One row of the task's params -> its tensors."""
        raise StudioError(f"{self.name} cannot be finetuned.", _UNTRAINABLE)

    def collate(self, rows: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
        """Rows of `process_batch` -> one batch; tensors of several lengths are padded at their end with 0."""
        return {key: _stack([row[key] for row in rows]) for key in rows[0]}

    def training_step(self, batch: Mapping[str, Tensor]) -> Tensor:
        """The loss of a batch (a scalar)."""
        raise StudioError(f"{self.name} cannot be finetuned.", _UNTRAINABLE)

    def pre_finetuning(self, labels: Sequence[str] | None = None, num_classes: int | None = None, multi_label: bool = False) -> None:
        """Called once before finetuning; a classifier sizes its head here. Labels are sorted, so that indices are stable."""
        if labels is not None:
            self.labels = sorted(set(labels))
        self.multi_label = multi_label

    # Facts

    @property
    def needs(self) -> tuple[str, ...]:
        """Packages that this very model needs besides torch, transformers and what comes with them."""
        return ()

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next((parameter.device for parameter in self.parameters()), torch.device("cpu"))

    def num_parameters(self) -> int:
        """Count of all weights."""
        return sum(parameter.numel() for parameter in self.parameters())

    # Keeping

    def write(self, folder: Path) -> None:
        """Write the weights into an existing folder, as safetensors and JSON only."""
        from safetensors.torch import save_model

        save_model(self, str(folder / "model.safetensors"))

    def config(self) -> dict[str, Any]:
        """The JSON that `read` needs to build this model again."""
        return {key: getattr(self, key) for key in self.config_keys}

    @classmethod
    def read(cls, folder: Path, config: dict[str, Any]) -> Self:
        """The model that `write` wrote; `config` is what `config()` gave."""
        from safetensors.torch import load_model

        model = cls(**config)
        load_model(model, folder / "model.safetensors")
        return model


def _inputs_of(task: str, task_input: Mapping[str, Any]) -> list[str]:
    """The keys that hold one value for each item; the others are options."""
    from engine.tasks import TASKS

    if not task_input:
        raise StudioError(f"There is nothing to answer for {task}.", "Give a dict with the task's inputs.")
    declared = TASKS[task].model_inputs() if task in TASKS else tuple(task_input)[:1]
    if declared[0] not in task_input:
        raise StudioError(f"The input for {task} lacks {declared[0]!r}.", f"It has {', '.join(task_input)}.")
    return [name for name in declared if name in task_input]


def _stack(tensors: list[Tensor]) -> Tensor:
    if len({tensor.shape for tensor in tensors}) == 1:
        return torch.stack(tensors)
    return nn.utils.rnn.pad_sequence(tensors, batch_first=True)
