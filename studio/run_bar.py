"""The slim bar on every page while a run trains: how far it is, how long it will take, and the way to it."""

import streamlit as st

from engine import runs, words
from engine.runs import Run
from studio import navigation, resources
from studio.results_tables import plain
from studio.run_words import phase

SECONDS_BETWEEN_LOOKS = 2


def show(here: str = "") -> None:
    """Draw the bar if a run trains or waits. here: the page's address; the runs page shows the run itself."""
    if here == "runs" or not runs.list(limit=1, states=("running", "stopping", "queued")):
        return
    _bar()


@st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
def _bar() -> None:
    """Polls the database; the run of the whole page that ends it is asked for once, when nothing trains any more."""
    resources.settle()
    working = runs.list(states=("running", "stopping", "queued"))
    if not working:
        st.rerun()
    training = [run for run in working if run.state != "queued"]
    run = (training or working[::-1])[0]
    with st.container(horizontal=True, vertical_alignment="center", key="run_bar", gap="medium"):
        with st.container(width="content"):
            navigation.link("runs", plain(run.name), icon=":material/model_training:", help="Watch this run, or stop it.", run=run.id)
        share, text = words_of(run)
        st.progress(share, text=text)
        if waiting := len(working) - 1:
            st.caption(f"{words.number(waiting)} more waiting", width="content")


def words_of(run: Run) -> tuple[float, str]:
    """How far the whole run is (0 to 1), and the same in words."""
    progress = run.progress
    if run.state == "queued" or progress is None:
        return 0.0, "Waiting for its turn" if run.state == "queued" else "Starting"
    within = min(1.0, progress.done / progress.total) if progress.total else 0.0
    share = within
    text = plain(phase(progress))
    if progress.epoch is not None and progress.epochs:
        share = min(1.0, (progress.epoch - 1 + within) / progress.epochs)
        text += f" · epoch {progress.epoch} of {progress.epochs}"
    if run.state == "stopping":
        text = "Stopping"
    elif progress.eta is not None:
        text += f" · about {words.duration(progress.eta)} left"
    return max(0.0, share), text
