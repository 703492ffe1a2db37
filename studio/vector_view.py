"""Vectors, seen: one as a picture of its numbers, several by how alike they are."""

import io
from typing import Any

import streamlit as st

from engine import words
from engine.similarity import Index
from studio import charts, cosine_map, images
from studio.results_tables import plain

NEAREST = 5  # pairs that are named
LETTERS = 28  # of an item's name on the axes


def one(vector: list[float], key: str) -> None:
    """The numbers as a strip of colours, and as a file."""
    import plotly.graph_objects as plotly

    top = max(map(abs, vector)) or 1.0
    width = 64
    cells = [vector[start:start + width] for start in range(0, len(vector), width)]
    figure = plotly.Figure(plotly.Heatmap(z=cells, colorscale=charts.DIVERGING, zmin=-top, zmax=top, showscale=False,
                                          hovertemplate="%{z:.4f}<extra></extra>"))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, autorange="reversed")
    figure.update_layout(height=max(90, 14 * len(cells) + 20), margin={"l": 0, "r": 0, "t": 4, "b": 4})
    charts.show(figure, key=f"{key}_strip", alt=f"The {len(vector)} numbers of the vector as colours, row by row.", toolbar=False)
    length = sum(value * value for value in vector) ** 0.5
    st.caption(f"{words.number(len(vector))} numbers of length {length:.2f}. Give several items, and their likeness is shown.")
    _download([vector], key)


def several(rows: list[dict[str, Any]], vectors: list[list[float]], key: str) -> None:
    """How alike each is to each, and the nearest pairs by name."""
    names = [_name(row, place) for place, row in enumerate(rows)]
    cosines = Index(vectors).cosines(range(len(vectors)))
    pairs = sorted(((cosines[first][second], first, second) for second in range(len(names)) for first in range(second)), reverse=True)
    shown = [f"{place}. {charts.shorten(name, LETTERS)}" for place, name in enumerate(names, start=1)]  # equal names stay apart
    charts.show(cosine_map.figure(shown, cosines), key=f"{key}_heat",
                alt=f"Heat map of how alike {len(names)} items are; the most alike pairs are named below.")
    st.markdown("**Most alike**")
    for cosine, first, second in pairs[:NEAREST]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            for place in (first, second):
                if picture := rows[place].get("image"):
                    images.thumbnail(picture, most=56)
            st.markdown(f":primary-badge[{cosine:.2f}] {plain(names[first])} :gray[and] {plain(names[second])}", width="content")
    st.caption("Cosine of the vectors: 1 is the same direction, 0 has nothing to do with each other.")
    _download(vectors, key)


def _download(vectors: list[list[float]], key: str) -> None:
    import numpy as np

    file = io.BytesIO()
    np.save(file, np.asarray(vectors, dtype=np.float32), allow_pickle=False)
    st.download_button("Download as NPY", file.getvalue(), "vectors.npy", "application/octet-stream", key=f"{key}_npy", on_click="ignore",
                       icon=":material/download:")


def _name(row: dict[str, Any], place: int) -> str:
    text = next((value for name, value in row.items() if name != "image" and isinstance(value, str)), None)
    return " ".join(text.split()) if text else images.name_of(row.get("image"), place + 1)
