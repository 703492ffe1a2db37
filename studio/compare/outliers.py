"""The tab Outliers: items that are far from everything."""

from functools import partial

import streamlit as st

from engine import words
from studio.compare import items, moves, progress
from studio.compare.collection import Collection
from studio.works import Works

SHOWN = 30

_found = Works("outliers", kept=8)  # (positions, mean cosine with the nearest others) by the key of the vectors


def draw(collection: Collection) -> None:
    """The loneliest items first, each with how like its nearest others are."""
    if len(collection) < 3:
        st.markdown(":gray[Three items at least are needed to see which of them is far from the others.]")
        return
    found = progress.asked(collection, _found, lambda watch: collection.index.outliers(watch=watch), "compare_outliers", "item",
                           f"Look for them among {words.plural(len(collection), 'item')}")
    if found is None:
        return
    order, closeness = found
    places, cosines = [int(place) for place in order], [float(value) for value in closeness]
    st.markdown("**Far from everything** :small[:gray[the loneliest first]]")
    st.caption(f"The mean cosine of an item with its {words.plural(min(5, len(collection) - 1), 'nearest other')}. What is at the top may "
               "be a mistake, another language, or something rare that deserves a look.")
    if collection.index.recall < 1:
        st.caption(f"Among so many items neighbours are found along a graph: {words.percent(collection.index.recall)} of the nearest ones, "
                   "as was measured on some.")
    if collection.picture_column:
        items.wall(collection, places[:SHOWN], [f"Nearest others: {cosine:.2f}" for cosine in cosines[:SHOWN]])
    else:
        items.table(collection, places, "compare_outliers", "Items, the loneliest first", {"nearest others": cosines}, {
            "nearest others": st.column_config.NumberColumn("Nearest others", format="%.2f", width=120)}, rows_seen=14)
    with st.container(horizontal=True):
        st.button("Find what is nearest to the first", key="compare_outliers_search", icon=":material/search:", on_click=moves.search,
                  args=(collection, places[0]))
        items.download("Download", partial(items.rows, collection, places, {"nearest others": cosines}), "outliers.csv",
                       "compare_outliers_csv")
