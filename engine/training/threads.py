"""How many processor threads torch takes, and for how long."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """Compute with `count` threads inside (None: as it is) and with as many as before afterwards.

    torch's count belongs to the process as soon as a thread that has not used torch yet starts to, so it is put back.
    """
    before = torch.get_num_threads()
    if count is None or count == before:
        yield
        return
    torch.set_num_threads(max(1, count))
    try:
        yield
    finally:
        torch.set_num_threads(before)
