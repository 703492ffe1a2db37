"""Where a training runs: method and settings for this model on this computer, seed, threads, and a way back if it fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from engine.errors import StudioError
from engine.inference.devices import dtype_for, precision_wanted
from engine.inference.threads import taken
from engine.training.examples import Examples
from engine.training.methods import Hardware, Method, ModelInfo, choose, method_named
from engine.training.settings import Settings
from engine.training.threads import threads as threads_of
from engine.training.ways import WAYS

if TYPE_CHECKING:
    from engine.models.base import BaseModel
    from engine.training.learners import Learner


def resolve(learner: "Learner", variant: str, examples: Examples, settings: Settings) -> tuple[Method, Settings, str]:
    """The method, the settings with every open value filled in, and why "auto" chose so (empty if the user chose)."""
    model, depth = learner.model, learner.depth or None
    name, why = settings.method, ""
    if name == "auto":
        info = ModelInfo(model.num_parameters(), depth, learner.methods, WAYS[learner.way].best.get(variant))
        hardware = Hardware(model.device.type, os.cpu_count() or 1)
        name, why = choose(len(examples.train), len(examples.classes), info, hardware)
    method = method_named(name)
    if name not in learner.methods:
        raise StudioError(f"The model {model.name} does not learn {learner.task} with the method {name}.",
                          f"Choose {' or '.join(learner.methods)}.")
    if depth is None and name == "partial":
        raise StudioError(f"The model {model.name} cannot be cut into upper and lower layers.", "Choose the method head, lora or full.")
    resolved = method.resolve(settings, depth, len(examples.train), learner.defaults.get(name))
    if depth is not None and (resolved.cut or 0) > depth:
        raise StudioError(f"The cut cannot be {resolved.cut}.", f"The model {model.name} has {depth} layers.")
    if resolved.batch_size is not None and resolved.batch_size > len(examples.train):
        raise StudioError(f"A batch of {resolved.batch_size} is larger than the {len(examples.train)} rows to learn from.",
                          "Give a smaller batch size, or leave it empty.")
    steady = learner.steady and model.device.type == "cpu" and settings.precision == "auto" and precision_wanted() == "auto"
    bf16 = not steady and dtype_for(model.device, settings.precision) == torch.bfloat16
    return method, replace(resolved, precision="bf16" if bf16 else "fp32"), why


@contextmanager
def computing(model: "BaseModel", seed: int, threads: int | None) -> Iterator[None]:
    """Seeded, with the given number of threads, and with torch's random state as before afterwards."""
    with threads_of(threads), taken(threads), torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield
