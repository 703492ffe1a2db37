"""Batches that are worked on at the same time."""

import threading
from collections.abc import Iterator

import pytest
import torch

from engine.inference.batching import in_batches
from engine.inference.side_by_side import side_by_side

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def two() -> Iterator[None]:
    """Two threads to compute with."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_each_of_two_threads_computes_alone_and_the_answers_are_in_order() -> None:
    together, seen = threading.Barrier(2, timeout=5), set()

    def work(item: int) -> int:
        if item < 2:
            together.wait()  # both are at work at once
        seen.add((threading.current_thread().name, torch.get_num_threads()))
        return item * 10

    assert side_by_side(work, range(9), CPU) == [item * 10 for item in range(9)]
    assert len(seen) == 2 and {count for _, count in seen} == {1}
    counts: list[int] = []
    later = threading.Thread(target=lambda: counts.append(torch.get_num_threads()))
    later.start()
    later.join()
    assert torch.get_num_threads() == 2 and counts == [2], "neither this thread nor a new one is left with a single one"


@pytest.mark.parametrize("items", [0, 1, 3])
def test_a_few_are_worked_on_by_the_caller_with_all_threads(items: int) -> None:
    assert side_by_side(lambda item: (threading.current_thread(), torch.get_num_threads()), range(items), CPU) == [
        (threading.current_thread(), 2)] * items


def test_an_error_ends_the_work() -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        raise ValueError(f"no {item}")

    with pytest.raises(ValueError, match="no"):
        side_by_side(work, range(1000), CPU)
    assert len(begun) < 1000 and torch.get_num_threads() == 2


def test_an_error_need_not_wait_for_what_began_before_it() -> None:
    failed, begun = threading.Event(), []

    def work(item: int) -> None:
        begun.append(item)
        if item == 0:
            failed.wait(5)
        if item == 1:
            failed.set()
            raise ValueError("no 1")
        threading.Event().wait(0.01)

    with pytest.raises(ValueError, match="no 1"):
        side_by_side(work, range(500), CPU)
    assert len(begun) < 20


def test_rows_come_back_in_the_order_of_their_lengths() -> None:
    lengths = [(7 * place) % 400 + 1 for place in range(60)]
    assert in_batches(lambda batch: [lengths[index] for index in batch], lengths, CPU) == lengths
    assert in_batches(lambda batch: batch, [], CPU) == []
