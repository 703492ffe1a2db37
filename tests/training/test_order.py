"""The order of the rows."""

import numpy as np

from engine.training.order import BatchOrder, Ramp

LENGTHS = np.random.default_rng(0).integers(3, 60, size=333)


def test_every_row_comes_once_an_epoch():
    order = BatchOrder(LENGTHS, 8, seed=1)
    batches = list(order)
    assert len(batches) == len(order)
    assert sorted(np.concatenate(batches).tolist()) == list(range(333))


def test_the_order_depends_on_seed_and_epoch_alone():
    first, second, other = BatchOrder(LENGTHS, 8, seed=1), BatchOrder(LENGTHS, 8, seed=1), BatchOrder(LENGTHS, 8, seed=2)
    assert all((one == two).all() for one, two in zip(first, second, strict=True))
    assert any(len(one) != len(two) or (one != two).any() for one, two in zip(first, other, strict=True))
    before = list(first)
    first.set_epoch(1)
    assert any(len(one) != len(two) or (one != two).any() for one, two in zip(before, first, strict=True))


def test_batches_are_of_like_lengths():
    padded = sum(len(batch) * LENGTHS[batch].max() for batch in BatchOrder(LENGTHS, 8, seed=1))
    assert padded < 1.1 * LENGTHS.sum()


def test_an_epoch_goes_on_behind_the_batches_that_were_seen():
    whole, rest = list(BatchOrder(LENGTHS, 8, seed=1)), BatchOrder(LENGTHS, 8, seed=1)
    rest.skip = 10
    assert all((one == two).all() for one, two in zip(whole[10:], rest, strict=True))
    assert len(list(rest)) == len(whole)


def test_copies_grow_stronger_until_the_middle_of_the_training():
    rows, copies = 10, 3
    order = BatchOrder(np.ones(rows * (1 + copies)), 8, seed=1)
    order.ramp = Ramp(rows, copies, epochs=8)
    strongest = []
    for epoch in range(8):
        order.set_epoch(epoch)
        seen = np.concatenate(list(order))
        assert sorted(seen % rows) == sorted(list(range(rows)) * (1 + copies)), "each row comes as often as without"
        strongest.append(int((seen // rows).max()))
    assert strongest == [1, 1, 2, 3, 3, 3, 3, 3]
