"""What can be looked for among vectors: an item like the others, or only its text or its image where the model knows both in one space."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import StudioError
from engine.similarity.vectors import Floats

if TYPE_CHECKING:
    from engine.tasks import Task

OF_BOTH = {"text": "text_vectors", "image": "image_vectors"}  # what a model has that puts texts and images into one space


def askable(task: "Task") -> list[str]:
    """The kinds of a single thing ("text", "image") that can be looked for among this task's vectors."""
    own: list[str] = [field.kind for field in task.inputs]
    both = all(hasattr(task.model, method) for method in OF_BOTH.values()) and getattr(task.model, "projection", None) is None
    return list(OF_BOTH) if both else own if len(own) == 1 else []


def query(task: "Task", given: Mapping[str, Any]) -> Floats:
    """(D) of {kind: value}: one of what `askable` names, or all of the task's inputs."""
    if set(given) == {field.kind for field in task.inputs}:
        row = {field.name: given[field.kind] for field in task.inputs}
        return np.asarray(task.answer([row])[0], dtype=np.float32)
    kinds = askable(task)
    if len(given) != 1 or not set(given) <= set(kinds):
        raise StudioError("This cannot be looked for here.", f"Give {' or '.join(kinds)}." if kinds else "Pick one of the items.")
    (kind, value), = given.items()
    found = getattr(task.model, OF_BOTH[kind])([value])
    return _half(task.model, kind, found) if len(task.inputs) > 1 else found[0].float().numpy()


def _half(model: Any, kind: str, found: Any) -> Floats:
    """The place of a pair of which one half says nothing."""
    import torch

    width, extra = model.half_sizes
    halves = torch.zeros(1, 2 * width + extra)
    halves[:, -width:] = found if kind == "text" else 0
    halves[:, :width] = found if kind == "image" else 0
    with torch.inference_mode():
        joined = model.joined(halves.to(model.device))
    return joined[0].float().cpu().numpy()
