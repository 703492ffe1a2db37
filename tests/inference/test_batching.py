from engine.inference.batching import pad, plan


def test_every_item_is_in_one_batch_and_no_batch_is_over_its_budget() -> None:
    lengths = [3, 50, 7, 7, 120, 1, 0, 64]
    batches = plan(lengths, budget=64, most=3)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or max(lengths[index] for index in batch) * len(batch) <= 64 for batch in batches)
    assert all(len(batch) <= 3 for batch in batches)


def test_the_longest_come_first_so_that_memory_runs_out_at_once_or_never() -> None:
    assert plan([1, 9, 4], budget=9)[0] == [1]


def test_nothing_gives_no_batches() -> None:
    assert plan([]) == []


def test_padding_is_masked() -> None:
    ids, mask = pad([[5, 6, 7], [8]], pad_id=9)
    assert ids.tolist() == [[5, 6, 7], [8, 9, 9]] and mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert pad([[5, 6], [8]], left=True)[1].tolist() == [[1, 1], [0, 1]]
