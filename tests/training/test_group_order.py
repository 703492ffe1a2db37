"""Batches of groups: every row meets one of its own and one of another group."""

import numpy as np
import pytest

from engine.training.order import BatchOrder, GroupOrder


@pytest.mark.parametrize("batch_size", [4, 8, 32, 100])
@pytest.mark.parametrize("seed", range(4))
def test_no_batch_is_without_positives_or_negatives(batch_size: int, seed: int):
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(12), random.integers(2, 30, size=12))
    order = GroupOrder(random.permutation(groups), batch_size, seed)
    seen = []
    for epoch in range(3):
        order.set_epoch(epoch)
        batches = list(order)
        assert len(batches) == len(order)
        for batch in batches:
            own = order.groups[batch]
            counts = np.bincount(own)
            assert (counts[own] > 1).all() and len(set(own)) > 1
        rows = np.sort(np.concatenate(batches))
        assert len(set(rows)) == len(rows) and len(rows) > 0.9 * len(groups)
        seen.append(tuple(np.concatenate(batches)))
    assert len(set(seen)) == 3


def test_it_goes_on_in_the_middle_of_an_epoch():
    order = GroupOrder(np.repeat(np.arange(6), 8), 8, seed=1)
    whole = list(order)
    order.skip = 2
    rest = list(order)
    assert all((one == other).all() for one, other in zip(whole[2:], rest, strict=True))


def test_a_row_that_would_be_left_alone_joins_the_last_batch():
    order = BatchOrder(np.ones(17), 8, seed=0)
    assert [len(batch) for batch in BatchOrder(np.ones(16), 8, seed=0)] == [8, 8]
    assert sorted(len(batch) for batch in order) == [8, 9] and len(order) == 2
