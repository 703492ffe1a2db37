"""Vectors, seen: one as a picture of its numbers, several by how alike they are."""

import io
from typing import Any

import streamlit as st

from engine import words
from engine.similarity import Index
from studio import charts, images
from studio.results_tables import plain

NUMBERED = 12  # items up to which the cosines stand in the cells
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
    cosines = Index(vectors).cosines(range(len(vectors))).astype(float).round(4).tolist()
    pairs = sorted(((cosines[first][second], first, second) for second in range(len(names)) for first in range(second)), reverse=True)
    _heat_map(names, cosines, key)
    st.markdown("**Most alike**")
    for cosine, first, second in pairs[:NEAREST]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            for place in (first, second):
                if picture := rows[place].get("image"):
                    images.thumbnail(picture, most=56)
            st.markdown(f":primary-badge[{cosine:.2f}] {plain(names[first])} :gray[and] {plain(names[second])}", width="content")
    st.caption("Cosine of the vectors: 1 is the same direction, 0 has nothing to do with each other.")
    _download(vectors, key)


def _heat_map(names: list[str], cosines: list[list[float]], key: str) -> None:
    import plotly.graph_objects as plotly

    size = len(names)
    shown = [charts.shorten(name, LETTERS) for name in names]
    shown = [f"{place}. {name}" for place, name in enumerate(shown, start=1)]  # equal names stay apart
    low = min(min(row) for row in cosines)
    cells = {"text": [[f"{value:.2f}" for value in row] for row in cosines], "texttemplate": "%{text}",
             "textfont": {"color": charts.ink()}} if size <= NUMBERED else {}
    places = [str(place) for place in range(1, size + 1)]
    figure = plotly.Figure(plotly.Heatmap(z=cosines, x=places, y=shown, customdata=[shown] * size, colorscale=charts.SEQUENTIAL,
                                          zmin=min(0.0, low), zmax=1.0, xgap=1, ygap=1, colorbar={"thickness": 10},
                                          hovertemplate="%{y}<br>%{customdata}<br>%{z:.2f}<extra></extra>", **cells))
    figure.update_xaxes(tickangle=0, automargin=True, showgrid=False, type="category", side="top")
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    figure.update_layout(height=min(900, 34 * size + 60), margin={"l": 0, "r": 0, "t": 6, "b": 0})
    charts.show(figure, key=f"{key}_heat", alt=f"Heat map of how alike {size} items are; the most alike pairs are named below.")


def _download(vectors: list[list[float]], key: str) -> None:
    import numpy as np

    file = io.BytesIO()
    np.save(file, np.asarray(vectors, dtype=np.float32), allow_pickle=False)
    st.download_button("Download as NPY", file.getvalue(), "vectors.npy", "application/octet-stream", key=f"{key}_npy", on_click="ignore",
                       icon=":material/download:")


def _name(row: dict[str, Any], place: int) -> str:
    text = next((value for name, value in row.items() if name != "image" and isinstance(value, str)), None)
    return " ".join(text.split()) if text else images.name_of(row.get("image"), place + 1)
