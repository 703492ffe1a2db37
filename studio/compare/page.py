"""The whole page: the data, then the vectors, then one tab for each way to look at them."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine import data, words
from engine.errors import StudioError
from studio import data_view, frame, model_picker, resources
from studio.compare import change, duplicates, matrix, moves, outliers, pair, search, setup, sources, vectors, working
from studio.compare import map as maps
from studio.compare import place as places
from studio.compare.collection import Collection
from studio.compare.place import TABS, Place
from studio.errors import Action, guard
from studio.results_tables import plain
from studio.state import peek, put

if TYPE_CHECKING:
    from pandas import DataFrame

    from engine.data import Dataset

NOW = "compare_now"
NAMED = 20  # rows that were left out
DRAW = {"Map": maps.draw, "Search": search.draw, "Near-duplicates": duplicates.draw, "Outliers": outliers.draw, "Matrix": matrix.draw,
        "Pair": pair.draw, "Two models": change.draw}
SENTENCE = "See what is alike among texts, images, or both: a map, a search, near-duplicates, and what stands apart."


def show() -> None:
    """The page of what the address names."""
    place = places.read()
    chip = frame.heading("Compare", SENTENCE, "similarity")
    if not place.dataset:
        sources.draw()
        return
    with guard(data_view.again("Choose other data", setup.start_over)):
        dataset = data.open_dataset(place.dataset)
        rows = resources.items(dataset.id).frame
        place = setup.settled(place, dataset, rows)
        if not place.task:
            raise StudioError(f"{dataset.name} has nothing to compare.", "Bring a table with a column of texts, or a zip of images.")
        model = _model(place, chip)
        line = setup.draw(place, dataset, rows)
        _work(place, model, dataset, rows, line)


def _model(place: Place, chip: Any) -> str:
    """The model in use; empty where none is, as the vectors were brought in."""
    if not place.brought:
        return model_picker.chip(place.task, chip)
    with chip:
        vectors.badge(place)
    return ""


def _work(place: Place, model: str, dataset: "Dataset", rows: "DataFrame", line: Any) -> None:
    """The tabs, once there are vectors; before that the rows, and a button."""
    found = None
    with guard(_way_out(place, model)):
        found = vectors.read(place, dataset) if place.brought else working.vectors(
            place, model, dataset, rows, place.ready, NOW, partial(places.change, ready=False))
    if found is not None:
        _looked_at(place, found, line)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if not place.brought:
            st.button(f"Compare {words.plural(len(rows), 'item')}", key="compare_go", type="primary", icon=":material/scatter_plot:",
                      on_click=_ready)
        with st.popover("Vectors computed elsewhere", icon=":material/upload_file:", key="compare_elsewhere"):
            vectors.bring(place, list(rows.index), "compare_bring")
    data_view.preview(rows, "compare_preview", pictures=_pictures(place, dataset, rows))


def _way_out(place: Place, model: str) -> Action | None:
    if place.brought:
        return Action("Let a model compute them", vectors.by_model, icon=":material/undo:")
    default = place.task_class.default_model
    return Action(f"Use {default}", model_picker.fall_back, (place.task,), icon=":material/undo:") if model != default else None


def _ready() -> None:
    put(NOW, True)
    places.change(ready=True)


def _pictures(place: Place, dataset: "Dataset", rows: "DataFrame") -> data_view.Pictures:
    column = next((place.columns[field.name] for field in place.task_class.inputs if field.kind == "image"), None)
    if column is None:
        return []
    return resources.thumbnails(dataset.id, tuple(map(str, rows[column].head(data_view.PREVIEW_ROWS))), data_view.PICTURE * 2)


def _looked_at(place: Place, collection: Collection, line: Any) -> None:
    with line:
        _facts(place, collection)
    if len(collection) == 1:
        st.info("There is a single item, so it can be compared with nothing. Something can still be looked for.", icon=":material/info:")
    if peek(moves.TABS) is None:
        put(moves.TABS, place.tab)
    for name, tab in zip(TABS, st.tabs(TABS, key=moves.TABS, on_change="rerun"), strict=True):
        if tab.open:
            places.write(replace(place, ready=True, tab=name))
            with tab, guard():
                DRAW[name](collection)


def _facts(place: Place, collection: Collection) -> None:
    """What was left out, and the vectors to take along."""
    if collection.left_out:
        with st.popover(f"{words.plural(len(collection.left_out), 'row')} left out", icon=":material/info:", key="compare_left_out"):
            for number, why in list(collection.left_out.items())[:NAMED]:
                st.markdown(f"Row {words.number(number)}: {plain(why)}")
            if len(collection.left_out) > NAMED:
                st.caption(f"And {words.number(len(collection.left_out) - NAMED)} more.")
    vectors.draw(place, collection)
