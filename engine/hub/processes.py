"""Which process is this, and does that one still live? A process is known by its computer, its number and when it started."""

import os
import platform
from functools import lru_cache

import psutil

_SLACK = 2.0  # seconds that two readings of the same process's start may differ by


def this_process() -> tuple[str, int, float]:
    """(computer, number, start in seconds since 1970) of this process."""
    return _describe(os.getpid())


@lru_cache(maxsize=4)
def _describe(process: int) -> tuple[str, int, float]:
    return platform.node(), process, psutil.Process(process).create_time()


def is_alive(process: int, started: float) -> bool:
    """Whether a process of this computer still runs: a dead one's number may have gone to another since."""
    try:
        found = psutil.Process(process)
        return abs(found.create_time() - started) < _SLACK and found.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def was_alive_at(process: int, moment: float) -> bool:
    """Whether the process that has this number now was there already at that moment."""
    try:
        return psutil.Process(process).create_time() < moment + _SLACK
    except psutil.Error:
        return False
