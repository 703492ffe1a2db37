"""Rows made ready for training: a batch is one gather of a few large tensors, or is opened when it is asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.training.order import Order

Batch = dict[str, Any]


class DenseRows:
    """One tensor of the same shape per row, such as pooled features. values: (rows, ...)."""

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

    def __init__(self, key: str, flat: Tensor, lengths: Sequence[int] | np.ndarray, padding: int = 0, mask: str = "attention_mask") -> None:
        self.key = key
        self.flat = flat
        self.padding = padding
        self.mask = mask
        self.lengths = np.asarray(lengths, dtype=np.int64)
        self._lengths = torch.from_numpy(self.lengths)
        self._starts = self._lengths.cumsum(0) - self._lengths

    @classmethod
    def of_lists(cls, key: str, rows: Sequence[Sequence[int]], padding: int = 0, mask: str = "attention_mask") -> "RaggedRows":
        """From lists of token ids; padding: the id that stands for nothing."""
        lengths = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
        flat = np.fromiter((token for row in rows for token in row), dtype=np.int64, count=int(lengths.sum()))
        return cls(key, torch.from_numpy(flat), lengths, padding, mask)

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
        places = (self._starts[positions][:, None] + steps).clamp_(max=max(len(self.flat) - 1, 0))
        values = self.flat[places]
        if not bool(mask.all()):
            values = values.masked_fill(~mask.reshape(*mask.shape, *[1] * (values.dim() - 2)), self.padding)
        return {self.key: values, self.mask: mask.long()}


class JoinedRows:
    """Rows of several parts, each with keys of its own: a text and an image, or what is read and what is to be written."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts
        self.key = parts[0].key
        self.lengths = np.max([part.lengths for part in parts], axis=0)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def octets(self) -> int:
        """Bytes in memory."""
        return sum(part.octets for part in self.parts)

    def batch(self, positions: Tensor) -> Batch:
        return {key: value for part in self.parts for key, value in part.batch(positions).items()}


class OpenedRows:
    """Rows that are made when a batch asks for them, such as images. make: inputs -> the batch of them."""

    octets = 0

    def __init__(self, key: str, inputs: Sequence[Any], make: Callable[[Sequence[Any]], Mapping[str, Tensor]], length: int = 1) -> None:
        self.key = key
        self.inputs = inputs
        self.make = make
        self.lengths = np.full(len(inputs), length, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, positions: Tensor) -> Batch:
        return dict(self.make([self.inputs[int(place)] for place in positions]))


Rows = DenseRows | RaggedRows | JoinedRows | OpenedRows


class Batches:
    """What Lightning iterates over: batches of examples in the given order, with their targets. Made where they are used.

    index (examples, k): the rows that an example is made of. A batch of B examples holds k * B rows: all first ones, then all second ones.
    """

    def __init__(self, rows: Rows, index: NDArray[np.int64], targets: Tensor, positions: np.ndarray, order: Order) -> None:
        self.rows = rows
        self.index = index
        self.targets = targets
        self.positions = np.asarray(positions, dtype=np.int64)
        self.sampler = order  # Lightning looks for these names
        self.batch_sampler = None

    def __len__(self) -> int:
        return len(self.sampler)

    def __iter__(self) -> Iterator[Batch]:
        for chosen in self.sampler:
            positions = self.positions[chosen]
            yield batch_of(self.rows, self.index, self.targets, positions)


def batch_of(rows: Rows, index: NDArray[np.int64], targets: Tensor, positions: NDArray[np.int64]) -> Batch:
    """The batch of these examples."""
    places = torch.from_numpy(positions)
    return {**rows.batch(torch.from_numpy(index[positions].T.reshape(-1))), "targets": targets[places], "positions": places}


def lengths_of(rows: Rows, index: NDArray[np.int64], positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """How long each of these examples is: its longest row."""
    return rows.lengths[index[positions]].max(axis=1)
