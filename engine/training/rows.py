"""Rows made ready for training, in memory as a few large tensors: a batch is one gather, without collating single rows."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.training.order import BatchOrder

Batch = dict[str, Any]


class DenseRows:
    """One vector per row, such as pooled features. values: (rows, F)."""

    def __init__(self, key: str, values: Tensor) -> None:
        self.key = key
        self.values = values
        self.lengths = np.ones(len(values), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def octets(self) -> int:
        """Bytes in memory."""
        return self.values.numel() * self.values.element_size()

    def batch(self, positions: Tensor) -> Batch:
        return {self.key: self.values[positions]}


class RaggedRows:
    """Rows of different lengths, one behind the other. flat: (sum of lengths, ...): token ids, or hidden states (…, D)."""

    def __init__(self, key: str, flat: Tensor, lengths: Sequence[int] | np.ndarray, padding: int = 0) -> None:
        self.key = key
        self.flat = flat
        self.padding = padding
        self.lengths = np.asarray(lengths, dtype=np.int64)
        self._lengths = torch.from_numpy(self.lengths)
        self._starts = self._lengths.cumsum(0) - self._lengths

    @classmethod
    def of_lists(cls, key: str, rows: Sequence[Sequence[int]], padding: int = 0) -> "RaggedRows":
        """From lists of token ids; padding: the id that stands for nothing."""
        lengths = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
        flat = np.fromiter((token for row in rows for token in row), dtype=np.int64, count=int(lengths.sum()))
        return cls(key, torch.from_numpy(flat), lengths, padding)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def octets(self) -> int:
        """Bytes in memory."""
        return self.flat.numel() * self.flat.element_size()

    def batch(self, positions: Tensor) -> Batch:
        """The rows padded to the longest of them, and the attention mask (B, T) that says what is padding (0)."""
        lengths = self._lengths[positions]
        steps = torch.arange(int(lengths.max()))
        mask = steps < lengths[:, None]
        places = (self._starts[positions][:, None] + steps).clamp_(max=len(self.flat) - 1)
        values = self.flat[places]
        if not bool(mask.all()):
            values = values.masked_fill(~mask.reshape(*mask.shape, *[1] * (values.dim() - 2)), self.padding)
        return {self.key: values, "attention_mask": mask.long()}


Rows = DenseRows | RaggedRows


class Batches:
    """What Lightning iterates over: batches of the rows in the given order, with their targets. Made where they are used."""

    def __init__(self, rows: Rows, targets: Tensor, positions: np.ndarray, batch_size: int, seed: int, shuffle: bool = True) -> None:
        self.rows = rows
        self.targets = targets
        self.positions = np.asarray(positions, dtype=np.int64)
        self.sampler = BatchOrder(rows.lengths[self.positions], batch_size, seed, shuffle)  # Lightning looks for these names
        self.batch_sampler = None

    def __len__(self) -> int:
        return len(self.sampler)

    def __iter__(self) -> Iterator[Batch]:
        for chosen in self.sampler:
            positions = torch.from_numpy(self.positions[chosen])
            yield {**self.rows.batch(positions), "targets": self.targets[positions], "positions": positions}
