"""The tab Outliers: items that are far from everything."""

from functools import partial

import streamlit as st

from engine import words
from studio import resources
from studio.compare import items, moves
from studio.compare.collection import Collection

SHOWN = 30


def draw(collection: Collection) -> None:
    """The loneliest items first, each with how like its nearest others are."""
    if len(collection) < 3:
        st.markdown(":gray[Three items at least are needed to see which of them is far from the others.]")
        return
    if not moves.asked(collection, "compare_outliers_go", f"Look for them among {words.number(len(collection))} items"):
        return
    order, closeness = resources.outliers(collection.key, collection.index)
    places, cosines = [int(place) for place in order], [float(value) for value in closeness]
    st.markdown("**Far from everything** :small[:gray[the loneliest first]]")
    st.caption(f"The mean cosine of an item with its {words.plural(min(5, len(collection) - 1), 'nearest other')}. What is at the top may "
               "be a mistake, another language, or something rare that deserves a look.")
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
