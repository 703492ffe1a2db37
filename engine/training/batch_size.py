"""The largest batch that fits: found from a real step, not from a formula."""

import os
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.inference.devices import autocast
from engine.training.examples import Examples
from engine.training.lightning_module import Forward
from engine.training.rows import Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.base import BaseModel

SHARE_OF_MEMORY = 0.5
ROWS_TRIED = 4


def find_batch_size(model: "BaseModel", rows: Rows, examples: Examples, settings: Settings, forward: Forward) -> tuple[int, int]:
    """(rows a batch, batches whose gradients are added up to one step). What the user gave stays as it is."""
    wanted = settings.optimal_batch_size or settings.batch_size or 32
    if settings.batch_size:
        return settings.batch_size, max(1, wanted // settings.batch_size)
    row_bytes = bytes_per_row(model, rows, examples, forward, settings.precision)
    fits = max(1, int(free_memory(model.device) * SHARE_OF_MEMORY) // max(row_bytes, 1))
    batch_size = min(wanted, 1 << (fits.bit_length() - 1))
    return batch_size, max(1, wanted // batch_size)


def bytes_per_row(model: "BaseModel", rows: Rows, examples: Examples, forward: Forward, precision: str) -> int:
    """What one of the longest rows keeps in memory between the forward and the backward pass, counted in a real forward pass."""
    longest = examples.train[rows.lengths[examples.train].argsort()[-ROWS_TRIED:]]
    batch = {key: value.to(model.device) for key, value in rows.batch(torch.from_numpy(longest)).items()}
    seen: dict[int, int] = {}

    def count(value: Tensor) -> Tensor:
        storage = value.untyped_storage()
        seen[storage.data_ptr()] = storage.nbytes()
        return value

    parameters = {value.untyped_storage().data_ptr() for value in model.parameters()}
    with torch.autograd.graph.saved_tensors_hooks(count, lambda value: value), autocast(model.device, precision):
        forward(batch).sum()
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
