"""The tab Matrix: each with each, in an order that puts like beside like."""

from functools import partial

import numpy as np
import streamlit as st

from engine import words
from studio import charts, cosine_map
from studio.compare import moves
from studio.compare.collection import Collection
from studio.state import peek

MOST = 200
LETTERS = 30
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
    charts.choose(cosine_map.figure(names, collection.index.cosines(places)), key=key, modes=("points",),
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


def _open(collection: Collection, places: list[int], key: str) -> None:
    for _, point in charts.chosen(peek(key))[:1]:
        if found := cosine_map.cell(point, len(places)):
            moves.pair(collection, places[found[0]], places[found[1]])
