"""The door behind which runs are trained. `thread` is what stands there now; a process or a cluster can follow."""

from typing import Protocol


class Executor(Protocol):
    """Trains queued runs, whoever queued them, one at a time."""

    def wake(self) -> None:
        """Look into the queue; returns at once."""

    def stop(self, run_id: str) -> None:
        """Pass on at once that a run was asked to stop, if it trains here; the database says so already."""

    def shutdown(self, timeout: float) -> bool:
        """Ask what trains here to stop, and wait for it; whether it ended in time. Queued runs stay queued."""


def current() -> Executor:
    """This process's executor."""
    from engine.runs.thread import here

    return here()
