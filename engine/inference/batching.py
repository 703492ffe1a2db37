"""Batches of like lengths under a token budget, so that almost no work is spent on padding."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from engine.inference.side_by_side import side_by_side

if TYPE_CHECKING:
    from torch import Tensor, device

Row = TypeVar("Row")

CPU_BUDGET = 1024  # tokens per batch: what a core's cache holds; larger batches were slower on every CPU measured
GPU_BUDGET = 32_768


def token_budget(device: str) -> int:
    """Padded tokens per batch that suit a kind of device ("cpu", "cuda", "mps")."""
    return CPU_BUDGET if device == "cpu" else GPU_BUDGET


def plan(lengths: Sequence[int], budget: int = CPU_BUDGET, most: int = 512) -> list[list[int]]:
    """Indices in batches: longest first, each at most `budget` padded tokens and `most` items (always at least one item)."""
    batches: list[list[int]] = []
    room = 0
    for index in sorted(range(len(lengths)), key=lambda item: -lengths[item]):
        if not room:
            batches.append([])
            room = max(1, min(most, budget // max(lengths[index], 1)))
        batches[-1].append(index)
        room -= 1
    return batches


def in_batches(work: Callable[[list[int]], Iterable[Row]], lengths: Sequence[int], on: "device") -> list[Row]:
    """What `work` gives for each item, in the order of the lengths (in tokens). work(indices of a batch) -> a row for each of them.

    Batches are worked on side by side: what torch keeps by thread (autocast, inference mode) is set within `work`.
    """
    batches = plan(lengths, token_budget(on.type))
    found = {index: row for batch, rows in zip(batches, side_by_side(work, batches, on), strict=True)
             for index, row in zip(batch, rows, strict=True)}
    return [found[index] for index in range(len(lengths))]


def pad(sequences: Sequence[Sequence[int]], pad_id: int = 0, left: bool = False) -> "tuple[Tensor, Tensor]":
    """Token ids of several lengths -> ids (B, T) and attention mask (B, T), both int64."""
    import torch

    longest = max((len(sequence) for sequence in sequences), default=0)
    gaps = [[pad_id] * (longest - len(sequence)) for sequence in sequences]
    rows = [[*gap, *sequence] if left else [*sequence, *gap] for gap, sequence in zip(gaps, sequences, strict=True)]
    lengths = torch.tensor([len(sequence) for sequence in sequences], dtype=torch.long)[:, None]
    places = torch.arange(longest)
    mask = places >= longest - lengths if left else places < lengths
    return torch.tensor(rows, dtype=torch.long).view(len(rows), longest), mask.long()
