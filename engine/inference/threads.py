"""How many processor threads an answer takes. torch keeps the count by thread, and a new thread takes over whatever was set last
anywhere, so each answer sets it on purpose. No torch at import."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_training: list[int] = []  # threads of the trainings under way in this process
_lock = threading.Lock()


def processors() -> int:
    """Processors that this process may use; in a container that can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def answer_threads() -> int:
    """STUDIO_THREADS (the settings page sets it too), else all processors (OMP_NUM_THREADS, if it is set) but those that a training takes.

    Two torch threads that want the same core are many times slower than one.
    """
    chosen, usual = (os.environ.get(name, "") for name in ("STUDIO_THREADS", "OMP_NUM_THREADS"))
    if chosen.isdigit() and int(chosen):
        return int(chosen)
    most = int(usual) if usual.isdigit() and int(usual) else processors()
    return max(1, min(most, processors() - sum(_training)))


def settle() -> None:
    """Make this thread compute with `answer_threads()`."""
    import torch

    if torch.get_num_threads() != (wanted := answer_threads()):
        torch.set_num_threads(wanted)


@contextmanager
def taken(count: int | None) -> Iterator[None]:
    """While a training computes with `count` threads, answers leave it these."""
    with _lock:
        _training.append(count or 0)
    try:
        yield
    finally:
        with _lock:
            _training.remove(count or 0)
