"""A model that is not on this disk yet: fetched before it is asked, with its bytes shown and a way to stop."""

import streamlit as st

from engine.models import fetching
from studio import fetch_job, resources
from studio.results_tables import plain
from studio.state import put, take

LOOK_EVERY = 0.5  # seconds


def ensure(model: str, asked: bool, again: str) -> bool:
    """Whether the model can answer now; what fetches it is drawn here, on every page that waits for it, after a reload too.

    asked: the reader pressed the button in this run. again: the key under which the page looks up that it is to answer without another
    press; it is set while the model comes, so that the answer follows by itself. A fetch that failed is raised as its StudioError.
    """
    job = fetch_job.get(model)
    if job and job.error:
        fetch_job.forget(model)
        take(again)
        raise job.error
    if not job and not asked:
        return False
    if not job:
        if resources.is_loaded(model) or fetching.is_here(model):
            return True
        fetch_job.start(model)
    if asked:
        put(again, True)
    st.fragment(_under_way, run_every=LOOK_EVERY)(model, again)
    return False


def _under_way(model: str, again: str) -> None:
    """Looks by itself until the fetch is over; then the page runs once more, and goes on to answer."""
    job = fetch_job.get(model)
    if job is None or job.error:
        st.rerun()
    st.progress(job.progress.share or 0.0, text=plain(str(job.progress)))
    st.caption(f"{plain(model)} is fetched once and then stays on this disk. You may go on, or close this page: it comes all the same.")
    st.button("Cancel", icon=":material/close:", key=f"{again}_cancel", on_click=_cancel, args=(model, again))


def _cancel(model: str, again: str) -> None:
    take(again)
    fetch_job.stop(model)
