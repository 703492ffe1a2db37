"""From one tab to another, as callbacks of buttons and charts."""

from studio.compare import items
from studio.compare import place as places
from studio.compare.collection import Collection
from studio.state import put

TABS = "compare_tabs"
SEARCH_ITEM, SEARCH_WAY = "compare_search_item", "compare_search_way"
PAIR = ("compare_pair_first", "compare_pair_second")
ITEM = "An item"


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
