"""The tab Map: every item a point, what is alike close together; what is chosen on it stands in the table beside."""

import html
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from engine import similarity, words
from engine.data import image_archives
from engine.similarity.clusters import DIRECTIONS, MOST_BY_DENSITY, suggested
from studio import charts, images, resources, server
from studio.compare import items, moves, points
from studio.compare.collection import Collection
from studio.results_tables import plain
from studio.state import peek, put

METHODS = {"pca": "Overview", "tsne": "Neighbourhoods", "umap": "Neighbourhoods (UMAP)"}
METHODS_HELP = ("Overview draws the two directions in which the items differ most (principal components) and is quick. Neighbourhoods "
                "keeps close what is alike (t-SNE) and takes longer; how far groups lie apart then means little.")
WITHOUT_UMAP = " UMAP, another way to draw neighbourhoods, can be chosen once the package umap-learn is installed."
MOST_FOR_NEIGHBOURS = 20_000
CLUSTERS, NOTHING = "Groups found", "Nothing"
WAYS = {"kmeans": "By number", "hdbscan": "By density"}
WAYS_HELP = ("By number parts all items into as many groups as you say (k-means). By density finds the places where many items lie close "
             "together, however many places that are; what lies elsewhere is in no group (HDBSCAN).")
FOUND_BY = {"kmeans": "by k-means, from the vectors alone.",
            "hdbscan": f"by HDBSCAN, from the {DIRECTIONS} directions in which the vectors differ most."}
FEWEST_BY_DENSITY = 20
MOST_GROUPS = 60
MOST_VALUES = 1_000  # different values of a column that points are coloured by
MANY_NUMBERS = 20  # different numbers from which on a column is shown by a scale and not by groups
NUMERIC = 0.95  # of the cells that are not empty
EDGE = 1  # percent of the numbers at each end that have the colour of the scale's end
MANY = 200  # numbers from which on such ends are left out of the scale
HEIGHT = 560
LEGEND_LINE = 21
LETTERS = 26  # of a group's name
MOST_LOOKED_AT = 400  # points of a group, to find where its name stands
PICTURE = 240  # pixels of the image that the pointer shows
KEY = "compare_map"


@dataclass(frozen=True)
class Group:
    """Points of one colour. positions: of its items; named: whether it is one of those that bear a colour of their own; apart: whether it
    holds what is in no group. numbers: of its items, where these decide the colour."""

    name: str
    positions: np.ndarray
    colour: str
    named: bool = False
    apart: bool = False
    numbers: np.ndarray | None = None


@dataclass(frozen=True)
class View:
    """A colouring: its groups, how alike the items of each are, and what is drawn."""

    groups: list[Group]
    alike: list[float]
    cloud: points.Cloud


def draw(collection: Collection) -> None:
    """The controls, the map, and the table beside it."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        method = _method(collection)
        columns = resources.drawn(collection.key, collection.dataset, "columns", _draw=lambda: _columns(collection))
        colour = st.selectbox("Coloured by", columns, key=f"compare_colour_{collection.dataset}", width=190)
        way, count = _way(collection) if colour == CLUSTERS else ("", None)
    version = (collection.key, collection.dataset, method, colour, way, str(count))
    with st.container():  # what says that it takes a while has a place of its own, so that the map is not moved, and made anew
        plane = resources.plane(collection.key, method, collection.index)
        view = resources.drawn(*version, _draw=lambda: _view(collection, plane, grouped(collection, colour, way, count)))
    chosen = chosen_of(collection)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        points.draw(view.cloud, key=KEY, version=" ".join(version), view=f"{collection.key} {method}", chosen=chosen,
                    height=HEIGHT + LEGEND_LINE * -(-len(view.groups) // 3), on_pick=partial(_pick, collection),
                    tells=server.tells(f"{collection.dataset} {collection.key}", partial(told, collection)),
                    alt=f"Map of {words.plural(len(collection), 'item')}, coloured by {colour.lower()}; "
                        "the table beside lists what is chosen on it.")
        ends = (f" The ends of the scale also hold the {EDGE}% of the items that lie beyond."
                if view.cloud.scale is not None and len(collection) >= MANY else "")
        st.caption("Click a point or draw around several, and they are listed beside. The pointer shows what a point is; the map's upper "
                   f"right zooms and moves it.{ends}")
    with right:
        if chosen:
            _selected(collection, chosen)
        elif view.cloud.scale is not None:
            _ranked(collection, view.groups[-1], colour)
        elif colour != NOTHING:
            _groups(view, colour, way)
        else:
            items.table(collection, range(len(collection)), "compare_all", "All items", rows_seen=14)


def _method(collection: Collection) -> str:
    """How the items are arranged; what was chosen for other items may not be had for these."""
    methods = [name for name in similarity.methods() if name == "pca" or len(collection) <= MOST_FOR_NEIGHBOURS]
    key = "compare_method"
    if peek(key) not in methods:
        put(key, "pca")
    return str(st.segmented_control("Arranged as", methods, format_func=METHODS.__getitem__, required=True, key=key,
                                    help=METHODS_HELP + ("" if "umap" in similarity.methods() else WITHOUT_UMAP),
                                    persist_state="session") or "pca")


def _way(collection: Collection) -> tuple[str, int | None]:
    """How groups are found, and how many where the reader says that."""
    way = "kmeans"
    if FEWEST_BY_DENSITY <= len(collection) <= MOST_BY_DENSITY:
        way = str(st.segmented_control("Found", list(WAYS), format_func=WAYS.__getitem__, default=way, required=True,
                                       key="compare_way", help=WAYS_HELP, persist_state="session") or way)
    if way != "kmeans" or len(collection) < 3:
        return way, None
    most = min(MOST_GROUPS, len(collection))
    usual = suggested(len(collection))
    return way, int(st.number_input("How many", 1, most, usual, key=f"compare_count_{collection.key}", width=100))


def colourable(collection: Collection) -> list[str]:
    """By what points can be parted into groups: columns in which values come again, and the groups that were found."""
    found = [name for name in _others(collection) if _comes_again(collection.frame[name]) and numbers(collection, name) is None]
    return [*sorted(found, key=lambda name: collection.frame[name].nunique() > len(charts.GROUPS)), CLUSTERS, NOTHING]


def _others(collection: Collection) -> list[str]:
    """The columns beside those that are compared."""
    return [str(name) for name in collection.frame.columns if name not in (collection.text_column, collection.picture_column)]


def _columns(collection: Collection) -> list[str]:
    """By what the points of a map can be coloured: columns of numbers too."""
    found = colourable(collection)
    return [*found[:-2], *(name for name in _others(collection) if numbers(collection, name) is not None), *found[-2:]]


def numbers(collection: Collection, column: str) -> np.ndarray | None:
    """(N,) of a column that holds many different numbers, NaN where a cell holds none; None of any other column."""
    cells = collection.frame[column]
    read = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    found = np.where(np.isfinite(read), read, np.nan)
    filled = int(cells.fillna("").astype(str).str.strip().ne("").sum())
    known = found[~np.isnan(found)]
    return found if len(known) >= max(1, NUMERIC * filled) and len(np.unique(known)) > MANY_NUMBERS else None


def _comes_again(cells: pd.Series) -> bool:
    return 1 < cells.nunique() <= min(MOST_VALUES, max(2, len(cells) // 2))


def grouped(collection: Collection, colour: str, way: str = "kmeans", count: int | None = None) -> list[Group]:
    """The largest groups in colours of their own, all others together in grey; of a column of numbers a single one, by a scale."""
    if colour == NOTHING:
        return [Group("All items", np.arange(len(collection)), charts.OURS)]
    if colour == CLUSTERS:
        found = resources.clusters(collection.key, collection.index, way, count)
        return _parted(found.labels, [collection.name(central[0], LETTERS) for central in found.central])
    if (values := numbers(collection, colour)) is not None:
        known = np.flatnonzero(~np.isnan(values))
        empty = [Group("No number", np.flatnonzero(np.isnan(values)), charts.BASELINE, apart=True)] if len(known) < len(values) else []
        return [*empty, Group(colour, known, charts.OURS, True, numbers=values[known])]
    cells = collection.frame[colour].fillna("(empty)").astype(str)
    counts = cells.value_counts()
    names = list(counts.index)
    return _parted(cells.map({name: place for place, name in enumerate(names)}).to_numpy(), names)


def _parted(labels: np.ndarray, names: list[str]) -> list[Group]:
    """Groups of the labels (N,), the largest being 0 and what is in none below; what has no colour of its own lies below."""
    shown = len(charts.GROUPS)
    none = np.flatnonzero(labels < 0)
    below = [Group("In no group", none, charts.BASELINE, apart=True)] if len(none) else []
    if len(names) > shown:
        below.append(Group(f"{words.number(len(names) - shown)} others", np.flatnonzero(labels >= shown), charts.BASELINE))
    return below + [Group(name, np.flatnonzero(labels == place), charts.GROUPS[place], True) for place, name in enumerate(names[:shown])]


def chosen_of(collection: Collection) -> list[int]:
    """The positions of the items that were chosen on the map. Their row numbers are kept: they stay under another model, or arrangement."""
    found = collection.frame.index.get_indexer(peek(_chosen_key(collection)) or [])
    return [int(place) for place in np.unique(found[found >= 0])]


def _pick(collection: Collection) -> None:
    positions = points.picked(KEY, len(collection))
    put(_chosen_key(collection), [collection.number(place) for place in positions])


def _chosen_key(collection: Collection) -> str:
    return f"compare_map_chosen_{collection.dataset}"


def told(collection: Collection, position: int) -> dict[str, Any]:
    """What the pointer shows of an item: its image, its words, its other cells. IndexError: there is no such item."""
    own = (collection.text_column, collection.picture_column)
    cells = [(str(name), value) for name in list(collection.frame.columns)[:8]
             if name not in own and (value := charts.shorten(collection.cell(position, str(name)), 60))]
    file = image_archives.named(collection.files, collection.cell(position, collection.picture_column))
    return {"name": collection.name(position, 220), "cells": cells[:5], "image": images.as_url(file, PICTURE) if file is not None else None}


def _view(collection: Collection, plane: Any, groups: list[Group]) -> View:
    order = np.concatenate([group.positions for group in groups])
    sizes = [len(group.positions) for group in groups]
    layers = [points.Layer(f"{charts.shorten(group.name, LETTERS)} · {words.number(size)}", group.colour, size, group.named,
                           group.numbers is not None, group.apart) for group, size in zip(groups, sizes, strict=True)]
    named = [group for group in groups if group.named and group.numbers is None and len(group.positions)]
    names = [points.Name(*map(float, densest(plane[group.positions])), charts.shorten(group.name, LETTERS), group.colour)
             for group in named] if len(groups) > 1 and len(collection) >= 12 else []
    numbered = groups[-1].numbers
    values = scale = None
    if numbered is not None:
        values = np.concatenate([np.zeros(len(order) - len(numbered)), numbered])
        low, high = np.percentile(numbered, [EDGE, 100 - EDGE] if len(collection) >= MANY else [0, 100])
        scale = points.Scale(charts.shorten(groups[-1].name, 40), float(low), float(high), charts.NUMBERS)
    return View(groups, [cohesion(collection.index.vectors[group.positions]) for group in groups],
                points.Cloud(plane[order], order, layers, names, values, scale))


def densest(points: Any) -> Any:
    """(2,) of (N, 2): the point that has most of the others around it, where the group's name stands."""
    some = points[::-(-len(points) // MOST_LOOKED_AT)]
    distances = np.sort(np.linalg.norm(some[:, None] - some[None], axis=2), axis=1)
    return some[distances[:, len(some) // 4].argmin()]


def hover(collection: Collection, position: int, most: int) -> str:
    """What the pointer tells of a point, in short lines; nothing in it turns into markup."""
    parts = [collection.name(position, most)]
    if most > 100:
        parts += [f"{name}: {value}" for name in list(collection.frame.columns)[:5]
                  if name not in (collection.text_column,) and (value := charts.shorten(collection.cell(position, name), 50))]
    lines: list[str] = []
    for part in parts:
        line = ""
        for word in part.split(" "):
            if line and len(line) + len(word) > 56:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        lines.append(line)
    return "<br>".join(html.escape(line) for line in lines)


def _groups(view: View, colour: str, way: str) -> None:
    """How large the groups are, and how alike their items."""
    st.markdown(f"**{'Groups of like items' if colour == CLUSTERS else plain(colour)}**")
    order = sorted(zip(view.groups, view.alike, strict=True), key=lambda pair: not pair[0].named)
    table = pd.DataFrame({"Group": [group.name for group, _ in order], "Items": [len(group.positions) for group, _ in order],
                          "Alike": [alike for _, alike in order]})
    column = st.column_config
    st.dataframe(table, hide_index=True, key="compare_groups", alt="The groups with their sizes", height="content", column_config={
        "Group": column.TextColumn(width=148), "Items": column.NumberColumn(format="localized", width=56),
        "Alike": column.NumberColumn(format="%.2f", width=56, help="The mean cosine of its items with the group's middle.")})
    st.caption(f"A group bears the name of the item in its middle. They are found {FOUND_BY[way]}" if colour == CLUSTERS
               else "How alike its items are: the mean cosine with their middle.")


def _ranked(collection: Collection, group: Group, colour: str) -> None:
    """The items by their numbers, the highest first."""
    st.markdown(f"**{plain(colour)}**, the highest first")
    order = group.positions[np.argsort(-np.asarray(group.numbers), kind="stable")]
    items.table(collection, [int(place) for place in order], "compare_ranked", f"The items by {colour}, the highest first",
                {"value": np.sort(group.numbers)[::-1].tolist()}, {"value": st.column_config.NumberColumn(colour, width=72)},
                rows_seen=6 if collection.picture_column else 12)


def cohesion(own: Any) -> float:
    """Mean cosine of a group's unit vectors (N, D) with their middle."""
    middle = own.mean(axis=0) if len(own) else np.zeros(1)
    length = float(np.linalg.norm(middle))
    return float((own @ middle).mean() / length) if length > 0 else 0.0


def _selected(collection: Collection, chosen: list[int]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{words.plural(len(chosen), 'item')} chosen**", width="content")
        st.button("Clear", key="compare_chosen_clear", type="tertiary", icon=":material/close:", on_click=put,
                  args=(_chosen_key(collection), []))
    key = f"compare_chosen_{hash(tuple(chosen))}"
    items.table(collection, chosen, key, "The items chosen on the map", rows_seen=6 if collection.picture_column else 12,
                on_select="rerun", selection_mode="multi-row")
    ticked = ((peek(key) or {}).get("selection") or {}).get("rows") or []
    marked = [chosen[row] for row in ticked if row < len(chosen)] or (chosen if len(chosen) <= 2 else [])
    with st.container(horizontal=True, gap="small"):
        if len(marked) == 1:
            st.button("Find what is like it", key="compare_chosen_search", icon=":material/search:", on_click=moves.search,
                      args=(collection, marked[0]))
        if len(marked) == 2:
            st.button("Look at the pair", key="compare_chosen_pair", icon=":material/compare_arrows:", on_click=moves.pair,
                      args=(collection, *marked))
        items.download("Download", partial(items.rows, collection, chosen), "chosen.csv", "compare_chosen_csv")
    if len(chosen) > 2 and not marked:
        st.caption("Tick one row to find what is like it, or two to look at the pair.")
