"""Which tasks a data set can be compared by, and by which of its columns."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from engine import words
from engine.tasks import TASKS, Task
from studio import file_tab, resources
from studio.compare import place as places
from studio.compare import vectors
from studio.compare.place import Place
from studio.results_tables import plain
from studio.wizard.data_step import image_column

if TYPE_CHECKING:
    from engine.data import Dataset

LOOKED_AT = 100  # cells of a column
NOT_TEXTS = {"folder", "part"}  # what the reading of a zip names its folders by


def fitting(dataset: "Dataset", frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    """{task: {input: column}}, the likeliest first: the one that takes in most of what the columns are called by."""
    picture = image_column(dataset, frame)
    texts = frame.drop(columns=[name for name in frame.columns if name == picture or (picture and name in NOT_TEXTS)])
    found: dict[str, tuple[int, dict[str, str]]] = {}
    for task in places.vector_tasks():
        columns: dict[str, str] = {}
        strength = 0
        for field in task.inputs:
            if field.kind == "image":
                column, sure = picture, True
            else:
                named = file_tab.guess(task, field.name, texts, needed=False)
                column, sure = named or file_tab.guess(task, field.name, texts), bool(named) or picture is None
            if column is not None:
                columns[field.name] = column
                strength += 1 if sure else -1
        if len(columns) == len(task.inputs):
            found[task.name] = strength, columns
    return {name: columns for name, (_, columns) in sorted(found.items(), key=lambda item: -item[1][0])}


def settled(place: Place, dataset: "Dataset", frame: pd.DataFrame) -> Place:
    """The place with its task, its columns and whose vectors they are, guessed where the reader did not choose."""
    fits = resources.fitting(dataset.id)
    task = place.task if place.task in fits else next(iter(fits), "")
    if not task:
        return Place(dataset=place.dataset)
    chosen = {name: column for name, column in place.columns.items() if column in frame.columns and name in fits[task]}
    return replace(place, task=task, columns={**fits[task], **chosen}, vectors=place.vectors or vectors.usual(dataset.id))


def draw(place: Place, dataset: "Dataset", frame: pd.DataFrame) -> Any:
    """The line above the work: what is compared, by what, and the way to other data. Returns it, for more to stand there."""
    fits = resources.fitting(dataset.id)
    line = st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare_setup")
    with line:
        st.markdown(f":material/description: **{plain(dataset.name)}** · {words.plural(len(frame), 'row')}", width="content")
        st.button("Other data", key="compare_other", type="tertiary", icon=":material/undo:", on_click=start_over)
        if len(fits) > 1:
            chosen = st.segmented_control("What is compared", list(fits), format_func=_noun, default=place.task, required=True,
                                          key=f"compare_task_{dataset.id}_{place.task}", label_visibility="collapsed")
            if chosen and chosen != place.task:
                places.go(Place(place.dataset, chosen, ready=place.ready, vectors=place.vectors))
        for field in place.task_class.inputs:
            others = [name for name in frame.columns if field.kind != "image" or name == place.columns[field.name]]
            if len(others) > 1:
                own = place.columns[field.name]
                column = st.selectbox(f"Column with the {field.label.lower()}", others, index=others.index(own), width=150,
                                      key=f"compare_column_{dataset.id}_{place.task}_{field.name}", label_visibility="collapsed",
                                      format_func=lambda name, label=field.label: f"{label}: {name}")
                if column and column != own:
                    places.go(Place(place.dataset, place.task, {**place.columns, field.name: column}, place.ready, vectors=place.vectors))
    for field in place.task_class.inputs:
        if field.kind == "text" and not place.brought and _holds_numbers(frame[place.columns[field.name]]):
            st.info(f"The column {plain(place.columns[field.name])} holds numbers. They are compared as texts, by how they are written and "
                    "not by how large they are. On the map, points can be coloured by such a column instead.", icon=":material/info:")
    return line


def _holds_numbers(cells: pd.Series) -> bool:
    some = cells.dropna().head(LOOKED_AT)
    return len(some) > 0 and bool(pd.to_numeric(some, errors="coerce").notna().all())


def start_over() -> None:
    """Back to the choice of data."""
    places.write(Place())
    st.query_params.pop("model", None)


def _noun(task: str) -> str:
    return noun_of(TASKS[task])


def noun_of(task: type[Task]) -> str:
    """Texts, images, images with texts."""
    return " with ".join(f"{field.label.lower()}s" for field in task.inputs).capitalize()
