"""The tab Matrix: each with each, in an order that puts like beside like."""

import html
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from engine import words
from studio import charts
from studio.compare import moves
from studio.compare.collection import Collection
from studio.state import peek

MOST = 200
LETTERS = 30
NUMBERED = 14  # items up to which the cosines stand in the cells
NARROWEST = 0.01  # of the cosines that are told apart by colour
NAMED = 60  # items up to which they are named at the axis
FOUND, FILE = "Like beside like", "As in the file"


def draw(collection: Collection) -> None:
    """The heat map; of more items than it holds, some spread evenly over the file."""
    if len(collection) < 2:
        st.markdown(":gray[Two items at least are needed.]")
        return
    places = spread(len(collection))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        way = st.segmented_control("Order", [FOUND, FILE], default=FOUND, required=True, key="compare_order", label_visibility="collapsed")
        if len(places) < len(collection):
            st.caption(f"{MOST} of {words.number(len(collection))} items, spread evenly over the file.")
    if way == FOUND:
        places = ordered(collection, places)
    key = f"compare_matrix_{collection.key}_{way}"
    names = [f"{collection.number(place)}. {collection.name(place, LETTERS)}" for place in places]
    charts.choose(_figure(names, collection.index.cosines(places)), key=key, modes=("points",),
                  on_select=partial(_open, collection, places, key),
                  alt=f"Heat map of how alike {words.plural(len(places), 'item')} are, each with each.")
    st.caption("The stronger the colour, the more alike. A click opens the pair.")


def spread(count: int) -> list[int]:
    """At most so many positions, evenly."""
    return list(range(count)) if count <= MOST else [int(place) for place in np.linspace(0, count - 1, MOST)]


def ordered(collection: Collection, places: list[int]) -> list[int]:
    """In the order of the leaves of a hierarchical clustering."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if len(places) < 3:
        return places
    distances = np.clip(1 - collection.index.cosines(places).astype(np.float64), 0, 2)
    distances = (distances + distances.T) / 2
    np.fill_diagonal(distances, 0)
    return [places[leaf] for leaf in leaves_list(linkage(squareform(distances), "average", optimal_ordering=True))]


def _figure(names: list[str], cosines: Any) -> Any:
    import plotly.graph_objects as plotly

    size = len(names)
    safe = [html.escape(name) for name in names]
    apart = cosines[~np.eye(size, dtype=bool)]  # each with itself would take up the scale
    low, high = float(apart.min()), float(apart.max())
    cells = {"text": [[f"{value:.2f}" for value in row] for row in cosines], "texttemplate": "%{text}",
             "textfont": {"color": charts.ink()}} if size <= NUMBERED else {}
    gap = 1 if size <= NAMED else 0
    figure = plotly.Figure(plotly.Heatmap(z=cosines, x=list(range(size)), y=list(range(size)), colorscale=charts.SEQUENTIAL,
                                          zmin=low, zmax=max(high, low + NARROWEST), xgap=gap, ygap=gap, hoverinfo="skip",
                                          colorbar={"thickness": 10, "title": {"text": "Cosine"}}, **cells))
    # A heat map cannot be clicked in Streamlit: what is clicked, and tells the pair, are squares over it that are not seen.
    down, across = np.divmod(np.arange(size * size), size)
    told = [f"{safe[row]}<br>{safe[column]}<br>{cosines[row, column]:.2f}" for row in range(size) for column in range(size)]
    figure.add_scattergl(x=across, y=down, mode="markers", text=told, hovertemplate="%{text}<extra></extra>", showlegend=False,
                         marker={"symbol": "square", "size": max(4, 560 // size), "opacity": 0, "color": charts.OURS},
                         selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}})
    ticks: dict[str, Any] = {"showgrid": False, "zeroline": False, "range": [-0.5, size - 0.5], "constrain": "domain"}
    named = {"tickvals": list(range(size)), "ticktext": safe, "tickfont": {"size": 12 if size <= 20 else 9}}
    figure.update_xaxes(visible=False, **ticks)
    figure.update_yaxes(automargin=True, **(ticks | {"range": [size - 0.5, -0.5]} | (named if size <= NAMED else {"visible": False})))
    figure.update_layout(height=min(820, max(300, 40 * size + 40)), margin={"l": 0, "r": 0, "t": 26, "b": 0}, hovermode="closest")
    return figure


def _open(collection: Collection, places: list[int], key: str) -> None:
    size = len(places)
    for _, point in charts.chosen(peek(key))[:1]:
        if point < size * size:
            moves.pair(collection, places[point // size], places[point % size])
