"""Vectors computed in the page, with what is done shown and a way to stop."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine import words
from engine.models import fetching
from studio import model_fetch, resources
from studio.compare import collection as collections
from studio.compare.collection import Collection
from studio.compare.place import Place
from studio.results_tables import plain
from studio.state import take

if TYPE_CHECKING:
    from pandas import DataFrame

    from engine.data import Dataset


def vectors(place: Place, model: str, dataset: "Dataset", rows: "DataFrame", wanted: bool, now: str,
            on_stop: Callable[[], Any]) -> Collection | None:
    """The items' vectors by a model; None while the reader does not want them, or the model is still to come.

    now: the key of a press that may fetch the model. on_stop: what makes them unwanted again.
    """
    pressed = bool(take(now, False))
    if not wanted:
        return None
    if found := collections.held(place, model):
        return found
    here = resources.is_loaded(model) or fetching.is_here(model)
    if not model_fetch.ensure(model, pressed or here, now):
        return None
    with st.container(key=f"{now}_work"):
        bar = st.progress(0.0, text=f"Reading the model {plain(model)}")
        stop = st.empty()
        stop.button("Stop", key=f"{now}_stop", icon=":material/stop_circle:", on_click=on_stop,
                    help="What is computed is kept: it goes on from there.")

    def watch(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), text=f"{words.number(done)} of {words.plural(total, 'item')}")

    found = collections.compute(place, model, dataset, rows, resources.task(place.task, model), watch)
    bar.empty()
    stop.empty()
    return found
