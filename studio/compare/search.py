"""The tab Search: the items nearest to a text, to an image, or to one of them."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from engine import words
from engine.images import ENDINGS
from studio import images, resources
from studio.compare import items, moves, said
from studio.compare import place as places
from studio.compare.collection import Collection
from studio.results_tables import plain
from studio.state import peek, put

WAYS = {"text": "A text", "image": "An image"}
NO_FILTER = "All items"
MOST_VALUES = 500
MOST = 50


def draw(collection: Collection) -> None:
    """What is looked for on the left, what was found on the right."""
    left, right = st.columns([2, 5], gap="large")
    with left:
        found = _asked(collection)
        count = st.slider("How many", 1, MOST, 10, key="compare_search_count", persist_state="session")
        among = _filter(collection)
    with right:
        if found is None:
            st.markdown(":gray[What is nearest will stand here.]")
        else:
            _hits(collection, *found, count=count, among=among)


def _asked(collection: Collection) -> tuple[Any, int | None, bool] | None:
    """(vector, the item that it is of, whether it stands for all that an item is); None while nothing is asked."""
    if collection.brought:
        found = _item(collection)
        st.caption("These vectors were brought in. When a model computes them, a text can be looked for too.")
        return found
    from engine.similarity.queries import askable, query

    with st.spinner("Reading the model"):
        task = resources.task(collection.task.name, collection.model)
    kinds = askable(task)
    ways = [*(WAYS[kind] for kind in kinds), moves.ITEM]
    if peek(moves.SEARCH_WAY) not in ways:
        put(moves.SEARCH_WAY, ways[0])
    way = st.segmented_control("Look for what is like", ways, key=moves.SEARCH_WAY, required=True, wrap=True)
    whole = len(task.inputs) == 1 and task.inputs[0].kind == next((kind for kind, label in WAYS.items() if label == way), "")
    if way == WAYS["text"]:
        if peek("compare_search_text") is None:
            put("compare_search_text", places.read().asked)
        text = st.text_area("Text", key="compare_search_text", height=100, placeholder="Type what you look for, then press Ctrl+Enter")
        st.button("Search", key="compare_search_go", type="primary", icon=":material/search:")
        places.change(asked=(text or "")[:places.LONGEST])
        return (query(task, {"text": text}), None, whole) if (text or "").strip() else None
    if way == WAYS["image"]:
        file = st.file_uploader("Image", type=list(ENDINGS), key="compare_search_image", max_upload_size=20)
        if file is None:
            return None
        picture = images.Uploaded.of(file)
        images.thumbnail(picture)
        return query(task, {"image": picture}), None, whole
    return _item(collection)


def _item(collection: Collection) -> tuple[Any, int | None, bool]:
    place = items.pick(collection, "Item", moves.SEARCH_ITEM)
    with st.container(border=True):
        items.item(collection, place, 300)
    return collection.index.vectors[place], place, True


def _filter(collection: Collection) -> Any:
    """(N,) which items may be found; None for all."""
    most = min(MOST_VALUES, len(collection) // 2)
    columns = [str(name) for name in collection.frame.columns if 1 < collection.frame[name].nunique() <= most]
    if not columns:
        return None
    column = st.selectbox("Only where", [NO_FILTER, *columns], key=f"compare_search_column_{collection.dataset}")
    if column == NO_FILTER:
        return None
    values = st.multiselect("is", sorted(collection.frame[column].dropna().unique()),
                            key=f"compare_search_values_{collection.dataset}_{column}")
    return collection.frame[column].isin(values).to_numpy() if values else None


def _hits(collection: Collection, vector: Any, own: int | None, whole: bool, count: int, among: Any) -> None:
    if not np.any(vector):
        st.info("To the model this is like nothing: its vector is all zeros.", icon=":material/info:")
        return
    if own is None:
        hits = collection.index.search(vector, count, among)
    else:
        hits = collection.index.neighbours(own, count, among)
    if not hits:
        st.info("There is nothing to be found: no other item is left.", icon=":material/info:")
        return
    positions, cosines = [hit.position for hit in hits], [hit.score for hit in hits]
    shares = [hit.percentile for hit in hits] if whole else _ranks(collection, vector, cosines)
    of = "random pairs" if whole else "items"
    st.markdown(f"**{words.plural(len(hits), 'nearest item')}** :small[:gray[the first is {said.closer(shares[0], of)}]]")
    if collection.picture_column:
        items.wall(collection, positions,
                   [f"{cosine:.2f} · {said.closer(share, of)}" for cosine, share in zip(cosines, shares, strict=True)])
    else:
        column = st.column_config
        items.table(collection, positions, "compare_hits", "The nearest items", {"cosine": cosines, "closer than": shares}, {
            "cosine": column.NumberColumn("Cosine", format="%.2f", width=70),
            "closer than": column.ProgressColumn("Closer than", format="%.1f%%", min_value=0, max_value=100, width=130,
                                                 help=f"So many of a hundred {of} are less alike.")}, rows_seen=12)
    with st.container(horizontal=True, vertical_alignment="center"):
        if own is not None:
            st.button("Look at it beside the nearest", key="compare_hits_pair", icon=":material/compare_arrows:", on_click=moves.pair,
                      args=(collection, own, positions[0]))
        more = {"cosine": cosines, "closer than (%)": shares}
        items.download("Download", partial(items.rows, collection, positions, more), "nearest.csv", "compare_hits_csv")
    note = said.caveat(collection.index) or said.EXPLAINED
    if not whole:
        note = ("An item is more than what was asked, so cosines are low here; it is said how many of the items are farther from it. " +
                plain(said.EXPLAINED.partition(" What")[0]))
    st.caption(note)


def _ranks(collection: Collection, vector: Any, cosines: list[float]) -> list[float]:
    """Of a hundred items, how many are less like what was asked."""
    unit = vector / np.linalg.norm(vector)
    all_of_them = np.sort(collection.index.vectors @ unit)
    return [100.0 * float(np.searchsorted(all_of_them, cosine - 1e-6)) / len(all_of_them) for cosine in cosines]
