"""Long work beside the pages, done once for all browser tabs that want it. No Streamlit here."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any

from engine.errors import Stopped
from engine.inference.threads import settle

Watch = Callable[[int, int], None]  # (done, total); what it raises ends the work
MARK_EVERY, MARKS = 0.5, 20  # seconds, and how many: the pace is that of the last ten seconds


class Work:
    """Work that is under way, or over: then it has a result, or an error that says why not. by: the browser tab that began it."""

    def __init__(self, by: str = "") -> None:
        self.by = by
        self.done = self.total = 0
        self.result: Any = None
        self.error: BaseException | None = None
        self.over = threading.Event()
        self._stop = threading.Event()
        self._marks: deque[tuple[float, int]] = deque(maxlen=MARKS)

    def stop(self) -> None:
        """Ask it to end, which it does at its next report."""
        self._stop.set()

    def report(self, done: int, total: int) -> None:
        """How far it is; raises Stopped where it is to end, also at the server's end."""
        if self._stop.is_set() or not threading.main_thread().is_alive():
            raise Stopped
        self.done, self.total = done, total
        if not self._marks or monotonic() - self._marks[-1][0] >= MARK_EVERY:
            self._marks.append((monotonic(), done))

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """About how long it still takes; None while that cannot be said."""
        if len(self._marks) < 2:
            return None
        (began, first), (ended, last) = self._marks[0], self._marks[-1]
        return (self.total - last) * (ended - began) / (last - first) if last > first else None

    def run(self, work: Callable[[Watch], Any]) -> None:
        """Do it, in a thread of its own."""
        try:
            settle()
            self.result = work(self.report)
        except BaseException as error:
            self.error = error
        self.over.set()


class Works:
    """Work of one kind, each by a key that stands for all that decides its result. The last so many results are kept."""

    def __init__(self, name: str, kept: int) -> None:
        self.name, self.kept = name, kept
        self._works: OrderedDict[Hashable, Work] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Work | None:
        """What is under way or over; None where nobody asked for it, or it was stopped."""
        with self._lock:
            if found := self._works.get(key):
                self._works.move_to_end(key)
            return found

    def result(self, key: Hashable) -> Any:
        """What came of it; None while there is nothing."""
        found = self.get(key)
        return found.result if found and found.over.is_set() else None

    def start(self, key: Hashable, work: Callable[[Watch], Any], by: str = "") -> Work:
        """Begin, or join what is under way. work(watch) gives the result and calls watch(done, total), which raises to stop it."""
        with self._lock:
            if found := self._works.get(key):
                return found
            made = self._works[key] = Work(by)
            over = [one for one, other in self._works.items() if other.over.is_set()]
            for one in over[:max(0, len(over) + 1 - self.kept)]:
                del self._works[one]
        # Not a daemon: torch aborts the process when it is torn down in its work.
        try:
            threading.Thread(target=made.run, args=(work,), name=self.name, daemon=False).start()
        except RuntimeError:  # no thread is to be had
            self.forget(made)
            raise
        return made

    def stop(self, key: Hashable) -> None:
        """End it for all tabs; the next who asks begins anew."""
        with self._lock:
            if found := self._works.pop(key, None):
                found.stop()

    def forget(self, work: Work) -> None:
        """Drop work that failed, so that the next who asks begins anew."""
        with self._lock:
            for key in [key for key, found in self._works.items() if found is work]:
                del self._works[key]
