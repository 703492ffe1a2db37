"""Items as they are shown: a table, a wall of pictures, one to pick, and files to take along."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine import words
from studio import charts, data_view, resources
from studio.answer_files import quoted
from studio.answer_table import free
from studio.compare.collection import Collection
from studio.results_tables import plain
from studio.state import peek, put

LISTED = 300  # rows of a table; the download holds them all
LETTERS = 2_000  # of a cell on the page
PICKED = 2_000  # items up to which they can be picked by name
TEXT = 380  # pixels of the column with the texts
PICTURE = 150  # pixels of an image on a wall


def rows(collection: Collection, positions: Sequence[int], more: Mapping[str, Sequence[Any]] | None = None) -> pd.DataFrame:
    """The file's rows of these items, with further columns in front."""
    frame = collection.frame.iloc[list(positions)]
    taken = set(map(str, frame.columns))
    front = {free(name, taken): list(values) for name, values in (more or {}).items()}
    number = free("row", taken)
    return pd.concat([pd.DataFrame({**front, number: list(frame.index)}), frame.reset_index(drop=True)], axis=1)


def table(collection: Collection, positions: Sequence[int], key: str, alt: str, more: Mapping[str, Sequence[Any]] | None = None,
          columns: Mapping[str, Any] | None = None, rows_seen: int = 10, **options: Any) -> None:
    """These items as a table, their images in front, what is compared before the other columns."""
    chosen = list(positions)[:LISTED]
    frame = rows(collection, chosen, {name: values[:LISTED] for name, values in (more or {}).items()})
    own = [name for name in (collection.text_column, collection.picture_column) if name]
    front = list(frame.columns)[:len(more or {})]
    frame = frame[[*front, *own, *(name for name in frame.columns if name not in {*front, *own})]]
    frame = frame.map(lambda cell: cell[:LETTERS] if isinstance(cell, str) else cell)
    wide = {name: st.column_config.TextColumn(width=TEXT) for name in own if name == collection.text_column}
    data_view.table(frame, key, alt, {**wide, **(columns or {})}, pictures(collection, chosen), hide_index=True,
                    rows=min(rows_seen, max(1, len(chosen))), **options)
    if len(positions) > LISTED:
        st.caption(f"The first {LISTED} of {words.number(len(positions))}.")


def pictures(collection: Collection, positions: Sequence[int], most: int = data_view.PICTURE * 2) -> list[str | None]:
    """The items' images as small data URLs; empty where they have none."""
    if collection.picture_column is None:
        return []
    return resources.thumbnails(collection.dataset, tuple(collection.cell(place, collection.picture_column) for place in positions), most)


def wall(collection: Collection, positions: Sequence[int], captions: Sequence[str]) -> None:
    """Images beside each other, each with what is said of it."""
    with st.grid("auto", min_column_width=PICTURE, gap="small"):
        for place, url, caption in zip(positions, pictures(collection, positions, PICTURE * 2), captions, strict=True):
            with st.container(gap="xsmall"):
                name = collection.name(place, 60)
                if url:
                    st.image(url, width=PICTURE, alt=name)
                else:
                    st.markdown(":material/broken_image:")
                st.caption(f"{plain(charts.shorten(name, 40))}  \n{caption}" if caption else plain(charts.shorten(name, 40)))


def item(collection: Collection, position: int, most: int = 600) -> None:
    """One item, whole: its image, its text, its other columns below."""
    if collection.picture_column:
        if url := pictures(collection, [position], 480)[0]:
            st.image(url, width=260, alt=collection.name(position))
    if collection.text_column:
        text = collection.cell(position, collection.text_column)
        st.text(text if len(text) <= most else f"{text[:most]}…")
    others(collection, position)


def others(collection: Collection, position: int) -> None:
    """The row's number and its other cells, in small."""
    own = {collection.text_column, collection.picture_column}
    cells = [f"{plain(name)}: {plain(charts.shorten(value, 60))}" for name in list(collection.frame.columns)[:8]
             if name not in own and (value := collection.cell(position, name))]
    st.caption(" · ".join([f"Row {words.number(collection.number(position))}", *cells]))


def pick(collection: Collection, label: str, key: str, default: int = 0) -> int:
    """A widget to pick one item: by its words, or of very many by its row's number. `put(key, position_value(…))` picks from elsewhere."""
    if len(collection) <= PICKED:
        if peek(key) not in range(len(collection)):
            put(key, min(default, len(collection) - 1))
        names = [f"{collection.number(place)} · {collection.name(place, 70)}" for place in range(len(collection))]
        return int(st.selectbox(label, range(len(collection)), format_func=names.__getitem__, key=key) or 0)
    first, last = collection.number(0), collection.number(len(collection) - 1)
    if peek(f"{key}_picked") is not None:  # from elsewhere
        put(key, collection.number(int(peek(f"{key}_picked"))))
        put(f"{key}_picked", None)
    elif not isinstance(peek(key), int):
        put(key, collection.number(default))
    number = st.number_input(f"{label}: its row", first, last, key=key)
    found = collection.position(int(number))
    if found is None:
        st.caption(f"Row {number} was left out; row {first} is shown.")
    return found or 0


def put_picked(collection: Collection, key: str, position: int) -> None:
    """Make `pick` show that item when it is drawn next."""
    put(key if len(collection) <= PICKED else f"{key}_picked", position)


def as_csv(frame: pd.DataFrame, as_it_is: str | None = None) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads accents; formulas are quoted, but for those in the column that is left as it is."""
    safe = frame.map(quoted)
    if as_it_is is not None:
        safe[as_it_is] = frame[as_it_is]
    safe.columns = [quoted(str(name)) for name in safe.columns]
    file = io.StringIO(newline="")
    safe.to_csv(file, index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    return file.getvalue().encode("utf-8-sig", "replace")


def download(label: str, frame: Any, name: str, key: str) -> None:
    """A button for a CSV file, which is made when it is pressed. frame: a table, or a function that makes it."""
    st.download_button(label, lambda: as_csv(frame() if callable(frame) else frame), name, "text/csv", key=key, on_click="ignore",
                       icon=":material/download:")
