"""What a server process holds once for all tabs; the only module that uses `st.cache_*`."""

import gc
import sys
import threading

import streamlit as st

from studio.errors import record

_GROWTH = 150
_frozen_at = 0


@st.cache_resource(show_spinner=False)
def start() -> bool:
    """Once a server process: clear what a crash left, mark orphaned runs, wake the queue. Further callers wait for the first."""
    from engine import preferences, runs

    runs.startup()
    preferences.trim_cache()
    return True


def start_in_background() -> threading.Thread:
    """`start` beside the server's own start, so that the health check need not wait for the database."""
    thread = threading.Thread(target=_start_or_log, name="studio-start", daemon=True)
    thread.start()
    return thread


def _start_or_log() -> None:
    try:
        start()
    except Exception as error:  # the first page tries again, and shows what is wrong
        record(error)


def stop() -> None:
    """Once a server process, at its end: tell the training thread to stop and wait for it."""
    if "engine.runs" in sys.modules:
        from engine import runs

        runs.shutdown()


def settle() -> None:
    """Keep big libraries out of the garbage collection that Streamlit does after every run of a page.

    With torch loaded such a collection takes some 300 ms; frozen objects are not looked at. Called in each run of the frame,
    it acts only when many modules came in since the last time. Not under hot reload, where it would keep old modules alive.
    """
    global _frozen_at
    loaded = len(sys.modules)
    if loaded - _frozen_at > _GROWTH and st.get_option("server.fileWatcherType") == "none":
        _frozen_at = loaded
        gc.collect()
        gc.freeze()
