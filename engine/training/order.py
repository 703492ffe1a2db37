"""In which order the rows are seen: batches of like lengths, the same for the same seed and epoch, resumable in the middle."""

from collections.abc import Iterator, Sequence

import numpy as np

# A stretch of this many batches is sorted by length: long enough that little is padded, short enough that epochs differ.
BATCHES_PER_STRETCH = 50


class BatchOrder:
    """Yields lists of row positions, one a batch.

    lengths: tokens of each row. The order depends on (seed, epoch) alone, so that a training that stopped in the middle of an
    epoch goes on with the same batches: set `skip` to the number of batches of this epoch that it has seen.
    """

    def __init__(self, lengths: Sequence[int] | np.ndarray, batch_size: int, seed: int, shuffle: bool = True) -> None:
        self.lengths = np.asarray(lengths)
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.epoch = 0
        self.skip = 0

    def set_epoch(self, epoch: int) -> None:
        """Lightning calls this before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.batch_size)

    def __iter__(self) -> Iterator[np.ndarray]:
        batches = self._batches()
        skip, self.skip = self.skip, 0
        return iter(batches[skip:])

    def _batches(self) -> list[np.ndarray]:
        if not self.shuffle:
            return self._cut(np.argsort(self.lengths, kind="stable"))
        random = np.random.default_rng([self.seed, self.epoch])
        rows = random.permutation(len(self.lengths))
        stretch = self.batch_size * BATCHES_PER_STRETCH
        parts = [rows[start:start + stretch] for start in range(0, len(rows), stretch)]
        batches = [batch for part in parts for batch in self._cut(part[np.argsort(self.lengths[part], kind="stable")])]
        return [batches[place] for place in random.permutation(len(batches))]

    def _cut(self, rows: np.ndarray) -> list[np.ndarray]:
        return [rows[start:start + self.batch_size] for start in range(0, len(rows), self.batch_size)]
