"""From one tab to another, as callbacks of buttons and charts."""

import streamlit as st

from studio.compare import items
from studio.compare import place as places
from studio.compare.collection import Collection
from studio.state import peek, put

TABS = "compare_tabs"
SEARCH_ITEM, SEARCH_WAY = "compare_search_item", "compare_search_way"
PAIR = ("compare_pair_first", "compare_pair_second")
ITEM = "An item"
AT_ONCE = 30_000  # items up to which each is compared with each without being asked


def asked(collection: Collection, key: str, label: str) -> bool:
    """Whether to do what takes long: with few items at once, with many when its button was pressed."""
    pressed = f"{key}_{collection.key}"
    if len(collection) <= AT_ONCE or peek(pressed):
        return True
    st.button(label, key=key, type="primary", icon=":material/play_arrow:", on_click=put, args=(pressed, True))
    st.caption("Every item is compared with every other one, which takes minutes for so many. What is found is kept while the studio runs.")
    return False


def pair(collection: Collection, first: int, second: int) -> None:
    """Open the pair of these items."""
    for key, position in zip(PAIR, (first, second), strict=True):
        items.put_picked(collection, key, position)
    _open("Pair", pair=(collection.number(first), collection.number(second)))


def search(collection: Collection, position: int) -> None:
    """Look for what is like this item."""
    items.put_picked(collection, SEARCH_ITEM, position)
    put(SEARCH_WAY, ITEM)
    _open("Search")


def _open(tab: str, **changes: object) -> None:
    put(TABS, tab)
    places.change(tab=tab, **changes)
