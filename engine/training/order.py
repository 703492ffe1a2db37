"""In which order the rows are seen: the same for the same seed and epoch, resumable in the middle."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

# A stretch of this many batches is sorted by length: long enough that little is padded, short enough that epochs differ.
BATCHES_PER_STRETCH = 50


@dataclass(frozen=True)
class Ramp:
    """Milder copies first: until the middle of the training a copy's place is taken by a milder one of the same row.

    rows: of the originals, which come first; then as many first copies, the mildest, and so on.
    """

    rows: int
    copies: int
    epochs: int

    def milder(self, positions: np.ndarray, epoch: int) -> np.ndarray:
        strongest = min(self.copies, 1 + int(2 * self.copies * epoch / max(self.epochs, 1)))
        return np.minimum(positions // self.rows, strongest) * self.rows + positions % self.rows


class Order(ABC):
    """Yields arrays of row positions, one a batch.

    The order depends on (seed, epoch) alone, so that a training that stopped in the middle of an epoch goes on with the same batches:
    set `skip` to the number of batches of this epoch that it has seen. ramp: where copies of the rows shall grow stronger by the epoch.
    """

    def __init__(self, batch_size: int, seed: int) -> None:
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0
        self.skip = 0
        self.ramp: Ramp | None = None

    def set_epoch(self, epoch: int) -> None:
        """Lightning calls this before each epoch."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[np.ndarray]:
        batches = self._batches(np.random.default_rng([self.seed, self.epoch]))
        skip, self.skip = self.skip, 0
        return (self.ramp.milder(batch, self.epoch) if self.ramp else batch for batch in batches[skip:])

    @abstractmethod
    def __len__(self) -> int:
        """Batches of an epoch."""

    @abstractmethod
    def _batches(self, random: np.random.Generator) -> list[np.ndarray]:
        """The batches of this epoch."""


class BatchOrder(Order):
    """Batches of like lengths. lengths: tokens of each row."""

    def __init__(self, lengths: Sequence[int] | np.ndarray, batch_size: int, seed: int, shuffle: bool = True) -> None:
        super().__init__(batch_size, seed)
        self.lengths = np.asarray(lengths)
        self.shuffle = shuffle

    def __len__(self) -> int:
        whole, rest = divmod(len(self.lengths), self.batch_size)
        joined = self.shuffle and rest == 1 and whole > 0 and self.batch_size > 1
        return whole + (rest > 0) - joined

    def _batches(self, random: np.random.Generator) -> list[np.ndarray]:
        if not self.shuffle:
            return self._cut(np.argsort(self.lengths, kind="stable"))
        rows = random.permutation(len(self.lengths))
        stretch = self.batch_size * BATCHES_PER_STRETCH
        parts = [rows[start:start + stretch] for start in range(0, len(rows), stretch)]
        batches = [batch for part in parts for batch in self._cut(part[np.argsort(self.lengths[part], kind="stable")])]
        if len(batches) > 1 and len(batches[-1]) == 1 < self.batch_size:  # batch norm learns nothing from one row
            batches[-2:] = [np.concatenate(batches[-2:])]
        return [batches[place] for place in random.permutation(len(batches))]

    def _cut(self, rows: np.ndarray) -> list[np.ndarray]:
        return [rows[start:start + self.batch_size] for start in range(0, len(rows), self.batch_size)]


class GroupOrder(Order):
    """Batches in which every row meets another one of its group, and one of another group. groups: of each row, none alone, two at least.

    Each group is dealt out in handfuls, a batch takes handfuls of different groups, of those first that have most left. What is left of
    one group alone joins the other batches, as far as they may grow.
    """

    def __init__(self, groups: Sequence[int] | np.ndarray, batch_size: int, seed: int) -> None:
        super().__init__(batch_size, seed)
        self.groups = np.asarray(groups)
        self.handful = 4 if batch_size >= 8 else 2
        self._count = len(self._batches(np.random.default_rng([seed, 0])))  # how many there are does not depend on chance

    def __len__(self) -> int:
        return self._count

    def _batches(self, random: np.random.Generator) -> list[np.ndarray]:
        left = {int(group): self._handfuls(random.permutation(np.flatnonzero(self.groups == group))) for group in np.unique(self.groups)}
        most = max(2, self.batch_size // self.handful)
        batches: list[list[np.ndarray]] = []
        while left:
            if len(left) == 1 and batches:
                self._spread(next(iter(left.values())), batches)
                break
            batch: list[np.ndarray] = []
            while left and len(batch) < most:
                drawn = dict(zip(left, random.random(len(left)), strict=True))
                for group in sorted(left, key=lambda one: (-len(left[one]), drawn[one]))[:most - len(batch)]:
                    batch.append(left[group].pop())
                left = {group: parts for group, parts in left.items() if parts}
            batches.append(batch)
        return [np.concatenate(batches[place]) for place in random.permutation(len(batches))]

    def _handfuls(self, rows: np.ndarray) -> list[np.ndarray]:
        return np.array_split(rows, max(1, len(rows) // self.handful))

    def _spread(self, parts: list[np.ndarray], batches: list[list[np.ndarray]]) -> None:
        """A share of the parts for each batch; a batch grows to twice its size at most, other rows of the group have their turn later."""
        room = 2 * self.batch_size
        for number, part in enumerate(parts):
            batch = batches[number % len(batches)]
            if sum(map(len, batch)) + len(part) <= room:
                batch.append(part)
