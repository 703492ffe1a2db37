"""Trains runs in a thread of this process: one at a time, in the order of the queue, which all processes share."""

import atexit
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module

from engine.errors import StudioError
from engine.runs import changes
from engine.runs.endings import stored_ending
from engine.runs.failures import describe
from engine.runs.recorder import Recorder
from engine.runs.records import FAILED
from engine.runs.recovery import THREAD_NAME, recover

WAIT_SECONDS = 0.5  # between two looks at a queue whose slot is taken by another process
MOST_FAILURES = 20  # of the database in a row, before the thread gives up

_log = logging.getLogger(__name__)
_executors: dict[int, "ThreadExecutor"] = {}
_guard = threading.Lock()


def here() -> "ThreadExecutor":
    """The one of this process."""
    with _guard:
        process = os.getpid()
        if process not in _executors:
            _executors[process] = ThreadExecutor()
            _at_the_end(_executors[process].finish)
        return _executors[process]


def _at_the_end(call: Callable[[], None]) -> None:
    """Have it called when the program's own code has ended and threads still work in full.

    `atexit` comes too late: by then concurrent.futures takes no more work, and loading a model needs that. Of these callbacks
    the last one registered comes first, so concurrent.futures has to be there before ours.
    """
    for part in ("thread", "process"):
        import_module(f"concurrent.futures.{part}")

    getattr(threading, "_register_atexit", atexit.register)(call)


class ThreadExecutor:
    """A non-daemon thread that lives while there is something queued: training must not die because a page's script ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._recorder: Recorder | None = None
        self._closing = threading.Event()

    def wake(self) -> None:
        """Start the thread if it does not run."""
        with self._lock:
            self._closing.clear()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="queue of runs", daemon=False)
                self._thread.start()

    def stop(self, run_id: str) -> None:
        recorder = self._recorder
        if recorder is not None and recorder.run_id == run_id:
            recorder.stop()

    def finish(self) -> None:
        """A program that ends waits for what it queued; one that was ended by Ctrl-C, then or now, stops it."""
        try:
            while getattr(sys, "last_type", None) is not KeyboardInterrupt and (thread := self._thread) is not None:
                thread.join(WAIT_SECONDS)
        except KeyboardInterrupt:
            pass
        self.shutdown()

    def shutdown(self, timeout: float = 60.0) -> bool:
        self._closing.set()
        thread, recorder = self._thread, self._recorder
        if recorder is not None:
            changes.ask_to_stop(recorder.run_id, "The studio was closed while it trained.")
            recorder.stop()
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def _work(self) -> None:
        failures = 0
        while not self._ends(failures):
            try:
                recover()
                if run_id := self._claim():
                    self._train(run_id)
                else:
                    self._closing.wait(WAIT_SECONDS)
                failures = 0
            except Exception:
                failures += 1
                _log.exception("the queue could not be read")
                self._closing.wait(min(failures, 5))

    def _ends(self, failures: int) -> bool:
        """Decided under the lock, so that a run which is queued meanwhile finds this thread or starts another."""
        with self._lock:
            ends = self._closing.is_set() or failures >= MOST_FAILURES or (not failures and not _perhaps_queued())
            if ends:
                self._thread = None
            return ends

    def _claim(self) -> str | None:
        thread = threading.current_thread()
        thread.name = THREAD_NAME  # no run that is claimed now looks orphaned before its id is in the name
        run_id = None
        try:
            run_id = changes.claim()
        finally:
            thread.name = THREAD_NAME + run_id if run_id else "queue of runs"
        return run_id

    def _train(self, run_id: str) -> None:
        try:
            with Recorder(run_id) as recorder:
                self._recorder = recorder
                if self._closing.is_set():
                    recorder.stop()
                state, values = _outcome(run_id, recorder)
                self._recorder = None
            _end(run_id, state, values)
        finally:
            self._recorder = None
            threading.current_thread().name = "queue of runs"


def _perhaps_queued() -> bool:
    """Whether runs wait; also where the database does not say, for then the thread has to look again."""
    try:
        return changes.any_queued()
    except Exception:
        _log.warning("the queue could not be read", exc_info=True)
        return True


def _outcome(run_id: str, recorder: Recorder) -> tuple[str, dict[str, object]]:
    """Train; how it ended. Nothing that goes wrong in there leaves here as an exception."""
    try:
        from engine.runs.job import train

        return train(run_id, recorder)
    except BaseException as error:
        if kept := stored_ending(run_id):  # all was done but for asking the database
            return kept
        told = describe(error, f"run {run_id}")
        recorder.log(f"{told['message']} {told['hint']}".strip(), "error")
        return FAILED, {"error": told}


def _end(run_id: str, state: str, values: dict[str, object]) -> None:
    """Write the end down. A full disk may have made room again by now, as a failed run leaves nothing behind."""
    for attempt in range(5):
        try:
            if not changes.end(run_id, state, **values):
                _log.warning("run %s ended as %s, but was not ours any more", run_id, state)
            return
        except StudioError as error:
            _log.warning("the end of run %s could not be written: %s", run_id, error)
            time.sleep(0.2 * 2**attempt)

