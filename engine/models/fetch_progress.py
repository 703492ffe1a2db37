"""How a fetch gets on, for whoever draws it, and how it is stopped. The same for every source. No torch."""

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from engine import words
from engine.errors import Stopped

_BETWEEN = 0.2  # seconds between two reports of the same step
_WINDOW = 5.0  # seconds that the rate is taken over


@dataclass(frozen=True)
class FetchProgress:
    """One step of a fetch. done, total: bytes, 0 where nobody knows them; rate: bytes a second over the last seconds."""

    step: str
    done: int = 0
    total: int = 0
    rate: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """About how long this step still takes; None where that cannot be known."""
        return max(0, self.total - self.done) / self.rate if self.total and self.rate else None

    @property
    def share(self) -> float | None:
        """How much of the step is done, 0 to 1; None where nobody knows the total."""
        return min(1.0, self.done / self.total) if self.total else None

    def __str__(self) -> str:
        """Fetching mpnet · 120 MB of 438 MB · 8.2 MB/s · about 40 s left"""
        parts = [self.step]
        if self.done or self.total:
            parts.append(f"{words.size(self.done)} of {words.size(self.total)}" if self.total else words.size(self.done))
        if self.rate and (self.done < self.total or not self.total):
            parts.append(f"{words.size(self.rate)}/s")
        if self.seconds_left:
            parts.append(f"about {words.roughly(self.seconds_left)} left")
        return " · ".join(parts)


class FetchWatch:
    """Tells how a fetch gets on and asks whether to go on; without arguments nobody listens and nobody stops it.

    tell(FetchProgress) is called at every new step and a few times a second in between, from any thread.
    Every method raises `Stopped` once should_stop() says yes.
    """

    def __init__(self, tell: Callable[[FetchProgress], None] = lambda _: None, should_stop: Callable[[], bool] = lambda: False) -> None:
        self._tell, self._should_stop = tell, should_stop
        self._lock = threading.RLock()
        self._now = FetchProgress("")
        self._seen: deque[tuple[float, int]] = deque()
        self._told = 0.0

    def check(self) -> None:
        """Raise `Stopped` if somebody asked for it."""
        if self._should_stop():
            raise Stopped

    def step(self, text: str, total: int = 0) -> None:
        """A new step begins; total: the bytes that it will move, if they are known."""
        self.check()
        with self._lock:
            self._now = FetchProgress(text, 0, total)
            self._seen = deque([(time.monotonic(), 0)])
            self._told = time.monotonic()
            self._tell(self._now)

    def at(self, done: int, total: int | None = None) -> None:
        """So many bytes of this step are there."""
        self.check()
        now = time.monotonic()
        with self._lock:
            whole = self._now.total if total is None else total
            if not self._seen or now - self._seen[-1][0] > _BETWEEN / 2:
                self._seen.append((now, done))
            while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW:
                self._seen.popleft()
            (then, before), ended = self._seen[0], bool(whole) and done >= whole > self._now.done
            rate = (done - before) / (now - then) if now > then and done > before else 0.0
            self._now = FetchProgress(self._now.step, done, whole, rate)
            if ended or now - self._told >= _BETWEEN:
                self._told = now
                self._tell(self._now)


def on_terminal(steps: bool = False) -> FetchWatch:
    """A watch that keeps one line of a terminal up to date. Where there is none (a pipe, a log) it is silent, or says each step once."""
    stream, last = sys.stderr, [""]

    def tell(progress: FetchProgress) -> None:
        if stream.isatty():
            stream.write(("\n" if last[0] not in ("", progress.step) else "") + f"\r\x1b[2K{progress}")
        elif steps and last[0] != progress.step:
            stream.write(f"{progress.step}\n")
        last[0] = progress.step
        stream.flush()

    return FetchWatch(tell)
