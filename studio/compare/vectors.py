"""Vectors that go out and come in: files to take along, and vectors that were computed elsewhere, which are used instead of a model's."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from engine import paths, words
from engine.data import attachments
from engine.errors import StudioError
from engine.similarity import brought
from studio import charts, data_view, resources
from studio.answer_files import KINDS, Answers
from studio.answer_table import Answered, free
from studio.compare import collection as collections
from studio.compare import place as places
from studio.compare.collection import Collection
from studio.compare.place import COLUMN, FILE, MODEL, Place
from studio.errors import guard
from studio.results_tables import plain

if TYPE_CHECKING:
    from engine.data import Dataset

ENDINGS = ["npy", "parquet"]
NAMES = {"vector", "vectors", "embedding", "embeddings"}
LEAST = 8  # numbers of a list that is taken for a vector unasked; a shorter one may be a box or a few counts
LOOKED_AT = 20  # cells of a column
LETTERS = 30  # of a name


@dataclass(frozen=True)
class Items:
    """A data set's rows without its columns of vectors. columns: {such a column: how many numbers its first vector has}."""

    frame: pd.DataFrame
    columns: dict[str, int]


def parted(frame: pd.DataFrame) -> Items:
    """The columns whose cells are mostly lists of numbers apart from the others. Where nothing else is there, items are called by their
    rows."""
    columns = {}
    for name in frame.columns:
        cells = frame[name].dropna().head(LOOKED_AT)
        found = [vector for cell in cells if (vector := brought.of_cell(cell)) is not None and len(vector) > 1]
        if len(found) * 2 > len(cells):
            columns[str(name)] = len(found[0])
    others = frame.drop(columns=list(columns)) if columns else frame
    return Items(others if others.shape[1] else pd.DataFrame({"item": [f"Item {row}" for row in frame.index]}, frame.index), columns)


def offered(dataset: str) -> dict[str, str]:
    """{as it stands in the address: how it is called} of the vectors that came with a data set, or were brought to it."""
    files = {f"{FILE}:{identity}": name for identity, name in attachments.attached(dataset).items()}
    return files | {f"{COLUMN}:{name}": f"the column {name}" for name in resources.items(dataset).columns}


def usual(dataset: str) -> str:
    """What is used until the reader chooses: the file that was brought last, a column that clearly holds vectors, or else a model."""
    files = [f"{FILE}:{identity}" for identity in attachments.attached(dataset)]
    columns = [f"{COLUMN}:{name}" for name, width in resources.items(dataset).columns.items() if width >= LEAST or name.lower() in NAMES]
    return next(iter([*files, *columns]), "")


def read(place: Place, dataset: "Dataset") -> Collection:
    """The items with the vectors that the place names."""
    if found := collections.held(place, ""):
        return found
    frame = resources.items(dataset.id).frame
    kind, _, which = place.vectors.partition(":")
    with st.spinner("Reading the vectors"):
        if kind == FILE:
            name = attachments.attached(dataset.id).get(which, "vectors")
            vectors = brought.opened(which)
            brought.fits(vectors, len(frame), name)
            return collections.take(place, dataset, frame, vectors, name)
        rows, name = resources.rows(dataset.id), f"the column {which}"
        if which not in rows.columns:
            raise StudioError(f"There is no column {which} in {dataset.name}.", "Choose other vectors, or let a model compute them.")
        return collections.take(place, dataset, frame, brought.of_cells(rows[which], list(rows.index), name), name)


def _choose(place: Place, key: str) -> None:
    """Whose vectors are used, where there is a choice."""
    known = {**{one: f"From {name}" for one, name in offered(place.dataset).items()}, MODEL: "Computed here by a model"}
    own = place.vectors if place.brought else MODEL
    if set(known) == {own}:
        return
    options = list(known)
    chosen = st.radio("Vectors in use", options, index=options.index(own) if own in known else None,
                      format_func=lambda one: plain(known[one]), key=f"{key}_{place.dataset}_{place.vectors}_{len(known)}")
    if chosen and chosen != own:
        use(place, chosen)


def use(place: Place, vectors: str) -> None:
    """Go on with these vectors. A model's are computed when they are asked for."""
    places.go(replace(place, vectors=vectors, ready=vectors != MODEL))


def by_model() -> None:
    """Let a model compute them, as the way out of an error."""
    places.change(vectors=MODEL, ready=False)


def badge(place: Place) -> None:
    """What stands where the model in use does otherwise."""
    name = offered(place.dataset).get(place.vectors, "elsewhere")
    st.badge(f"Vectors from {plain(charts.shorten(name, LETTERS))}", icon=":material/upload_file:", color="gray",
             help="They were brought in, so no model is asked. Others can be chosen under Vectors.")


def bring(place: Place, rows: list[int], key: str) -> None:
    """Vectors that were computed elsewhere: those that are known, and an uploader for more."""
    _choose(place, f"{key}_choice")
    st.markdown("**Use vectors that were computed elsewhere**")
    with guard():
        label = f"A file with {words.plural(len(rows), 'vector')}, one for each row in the file's order"
        if stored := data_view.upload(key, label, ENDINGS, partial(_attach, place.dataset, rows)):
            use(place, f"{FILE}:{stored}")
    st.caption("NPY: an array of numbers, one row for each item. Parquet: a column with lists of numbers. It is kept with this data.")


def _attach(dataset: str, rows: list[int], file: Any) -> str:
    return brought.attach(dataset, file, file.name, rows).id


def draw(place: Place, collection: Collection) -> None:
    """Two files to take along, and the way for others to come in."""
    with st.popover("Vectors", icon=":material/data_array:", key="compare_vectors"):
        st.markdown(f"**{words.plural(len(collection), 'item')} · {words.number(collection.index.vectors.shape[1])} numbers each** "
                    f":small[:gray[from {plain(collection.by)}]]")
        with st.container(horizontal=True):
            for kind, what in (("parquet", "The rows with all their columns, their numbers in the file, and a column with the vector."),
                               ("npy", "The vectors alone as a NumPy array, a line for each row of the file.")):
                st.download_button(KINDS[kind].label, partial(made, kind, place, collection), f"vectors.{kind}", KINDS[kind].mime,
                                   key=f"compare_{kind}", on_click="ignore", icon=":material/download:", help=what)
        st.caption("Each vector has the length 1. A row that was left out has none in the Parquet file, and NaN in the NPY file.")
        bring(place, [int(row) for row in resources.rows(place.dataset).index], "compare_bring")


def made(kind: str, place: Place, collection: Collection) -> bytes:
    """The file to take along: "parquet" or "npy"."""
    rows = resources.rows(collection.dataset)
    rows = rows.drop(columns=[name for name in rows.columns if place.vectors == f"{COLUMN}:{name}"])
    rows.insert(0, free("row", set(map(str, rows.columns))), rows.index.astype(str))
    answers = Answers(rows, partial(_answers, collection, list(rows.index)), len(rows), failed=bool(collection.left_out))
    with tempfile.TemporaryDirectory(dir=paths.cache()) as folder:
        KINDS[kind].write(Path(folder) / "vectors", answers)
        return (Path(folder) / "vectors").read_bytes()


def _answers(collection: Collection, numbers: list[int]) -> Iterator[Answered]:
    """For each row of the file its vector, or why it has none."""
    for number, position in zip(numbers, collection.frame.index.get_indexer(numbers), strict=True):
        yield Answered(collection.index.vectors[position]) if position >= 0 else Answered(error=collection.left_out[number])
