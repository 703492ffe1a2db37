"""Memory that was freed goes back to the system: batches of ever new sizes otherwise leave holes that nothing else fits into."""

import ctypes
import time
from collections.abc import Callable
from functools import cache

SECONDS_BETWEEN = 2.0
_last = 0.0


def give_back() -> None:
    """Hand freed memory to the system, at most every other second; milliseconds with glibc, nothing elsewhere."""
    global _last
    now = time.monotonic()
    if now - _last >= SECONDS_BETWEEN:
        _last = now
        _trim()(0)


@cache
def _trim() -> Callable[[int], int]:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
        return trim
    except (OSError, AttributeError, TypeError):
        return lambda pad: 0
