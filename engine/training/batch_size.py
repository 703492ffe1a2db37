"""The largest batch that fits: found from a real step, not from a formula."""

import os
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.inference.devices import autocast
from engine.training.attention import fast_attention
from engine.training.examples import Examples
from engine.training.rows import Rows, batch_of, lengths_of
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.training.learners import Learner

SHARE_OF_MEMORY = 0.5
MOST_ON_A_CPU = 800_000_000  # bytes kept for the way back: larger batches gain a processor nothing, and others need memory too
ROWS_TRIED = 1  # several of the longest could themselves be too much


def find_batch_size(learner: "Learner", rows: Rows, examples: Examples, settings: Settings) -> tuple[int, int]:
    """(rows a batch, batches whose gradients are added up to one step). What the user gave stays as it is."""
    wanted = settings.optimal_batch_size or settings.batch_size or 32
    if settings.batch_size:
        return settings.batch_size, max(1, wanted // settings.batch_size)
    row_bytes = bytes_per_row(learner, rows, examples, settings)
    room = free_memory(learner.device) * SHARE_OF_MEMORY
    fits = max(1, int(min(room, MOST_ON_A_CPU) if learner.device.type == "cpu" else room) // max(row_bytes, 1))
    batch_size = min(wanted, 1 << (fits.bit_length() - 1))
    return batch_size, max(1, wanted // batch_size)


def bytes_per_row(learner: "Learner", rows: Rows, examples: Examples, settings: Settings) -> int:
    """What one of the longest examples keeps in memory between the forward and the backward pass, counted in a real forward pass."""
    longest = examples.train[lengths_of(rows, examples.index, examples.train).argsort()[-ROWS_TRIED:]]
    batch = batch_of(rows, examples.index, examples.targets, longest)
    batch = {key: value.to(learner.device) for key, value in batch.items()}
    seen: dict[int, int] = {}

    def count(value: Tensor) -> Tensor:
        storage = value.untyped_storage()
        seen[storage.data_ptr()] = storage.nbytes()
        return value

    parameters = {value.untyped_storage().data_ptr() for value in learner.model.parameters()}
    kept = torch.autograd.graph.saved_tensors_hooks(count, lambda value: value)
    with kept, autocast(learner.device, settings.precision), fast_attention(batch):
        learner.forward(batch, settings.cut or 0).sum()
    return sum(size for place, size in seen.items() if place not in parameters) // len(longest)


def free_memory(device: torch.device) -> int:
    """Bytes that are free on the device; where that cannot be told, 4 GB."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):
        return 4_000_000_000
