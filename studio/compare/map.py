"""The tab Map: every item a point, what is alike close together; what is chosen on it stands in the table beside."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from engine import similarity, words
from studio import charts, resources
from studio.compare import items, moves
from studio.compare.collection import Collection
from studio.results_tables import plain
from studio.state import peek

METHODS = {"pca": "Overview", "tsne": "Neighbourhoods", "umap": "Neighbourhoods (UMAP)"}
METHODS_HELP = ("Overview draws the two directions in which the items differ most (principal components) and is quick. Neighbourhoods "
                "keeps close what is alike (t-SNE) and takes longer; how far groups lie apart then means little.")
MOST_FOR_NEIGHBOURS = 20_000
CLUSTERS, NOTHING = "Groups found", "Nothing"
MOST_VALUES = 1_000  # different values of a column that points are coloured by
FEW = 3_000  # points up to which they are drawn large, and tell their whole start
HEIGHT = 560
MOST_LOOKED_AT = 400  # points of a group, to find where its name stands


@dataclass(frozen=True)
class Group:
    """Points of one colour. positions: of its items; named: whether it is one of those that bear a colour of their own."""

    name: str
    positions: np.ndarray
    colour: str
    named: bool = False


def draw(collection: Collection) -> None:
    """The controls, the map, and the table beside it."""
    methods = [name for name in similarity.methods() if name == "pca" or len(collection) <= MOST_FOR_NEIGHBOURS]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        method = st.segmented_control("Arranged as", methods, format_func=METHODS.__getitem__, default="pca", required=True,
                                      key="compare_method", help=METHODS_HELP, persist_state="session") or "pca"
        options = colourable(collection)
        colour = st.selectbox("Coloured by", options, key=f"compare_colour_{collection.dataset}", width=220)
    points = resources.plane(collection.key, method, collection.index)
    groups = grouped(collection, colour)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        figure = resources.drawn(collection.key, collection.dataset, method, colour, charts.ink(),
                                 _draw=lambda: _figure(collection, points, groups))
        picked = charts.choose(figure, key=f"compare_map_{collection.key}_{method}_{colour}",
                               alt=f"Map of {words.plural(len(collection), 'item')}, coloured by {colour.lower()}; "
                                   "the table beside lists what is chosen on it.")
        st.caption("Click a point or draw around several, and they are listed beside. The pointer shows what a point is; the map's upper "
                   "right zooms and moves it.")
        _legend(groups)
    with right:
        chosen = positions_of(picked, groups)
        if chosen:
            _selected(collection, chosen)
        elif colour != NOTHING:
            _groups(collection, groups, colour)
        else:
            items.table(collection, range(len(collection)), "compare_all", "All items", rows_seen=14)


def colourable(collection: Collection) -> list[str]:
    """What points can be coloured by: the groups that were found, and columns in which values come again."""
    found = [str(name) for name in collection.frame.columns
             if name not in (collection.text_column, collection.picture_column) and _comes_again(collection.frame[name])]
    return [*sorted(found, key=lambda name: collection.frame[name].nunique() > len(charts.GROUPS)), CLUSTERS, NOTHING]


def _comes_again(cells: pd.Series) -> bool:
    return 1 < cells.nunique() <= min(MOST_VALUES, max(2, len(cells) // 2))


def grouped(collection: Collection, colour: str) -> list[Group]:
    """The largest groups in colours of their own, all others together in grey."""
    if colour == NOTHING:
        return [Group("All items", np.arange(len(collection)), charts.OURS)]
    if colour == CLUSTERS:
        found = resources.clusters(collection.key, collection.index)
        labels, names = found.labels, [collection.name(central[0], 34) for central in found.central]
    else:
        cells = collection.frame[colour].fillna("(empty)").astype(str)
        counts = cells.value_counts()
        names = list(counts.index)
        labels = cells.map({name: place for place, name in enumerate(names)}).to_numpy()
    shown = len(charts.GROUPS)
    groups = [Group(name, np.flatnonzero(labels == place), charts.GROUPS[place], True) for place, name in enumerate(names[:shown])]
    if len(names) > shown:
        groups.append(Group(f"{words.number(len(names) - shown)} others", np.flatnonzero(labels >= shown), charts.BASELINE))
    return [*groups[shown:], *groups[:shown]]  # grey lies below


def positions_of(picked: Sequence[tuple[int, int]], groups: Sequence[Group]) -> list[int]:
    """The items that were chosen on the map, in the file's order."""
    return sorted({int(groups[trace].positions[point]) for trace, point in picked
                   if trace < len(groups) and point < len(groups[trace].positions)})


def _figure(collection: Collection, points: Any, groups: Sequence[Group]) -> Any:
    import plotly.graph_objects as plotly

    few = len(collection) <= FEW
    size = 9 if len(collection) <= 300 else 6 if few else 3.5
    figure = plotly.Figure()
    for group in groups:
        own = points[group.positions]
        told = [hover(collection, int(place), 220 if few else 70) for place in group.positions]
        figure.add_scattergl(x=own[:, 0], y=own[:, 1], mode="markers", name=charts.shorten(group.name, 30), text=told,
                             hovertemplate="%{text}<extra></extra>", showlegend=False,
                             marker={"color": group.colour, "size": size, "opacity": 0.85 if few else 0.55})
    if len(groups) > 1 and len(collection) >= 12:
        for group in groups:
            if group.named and len(group.positions):
                x, y = densest(points[group.positions])
                figure.add_annotation(x=float(x), y=float(y), text=html.escape(charts.shorten(group.name, 24)), showarrow=False,
                                      font={"size": 11}, bgcolor=_ground(), borderpad=2, bordercolor=group.colour, borderwidth=1)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_layout(height=HEIGHT, margin={"l": 0, "r": 0, "t": 28, "b": 0}, hovermode="closest", dragmode="lasso")
    return figure


def densest(points: Any) -> Any:
    """(2,) of (N, 2): the point that has most of the others around it, where the group's name stands."""
    some = points[::-(-len(points) // MOST_LOOKED_AT)]
    distances = np.sort(np.linalg.norm(some[:, None] - some[None], axis=2), axis=1)
    return some[distances[:, len(some) // 4].argmin()]


def _ground() -> str:
    """Behind a name on the map, so that it is read over points."""
    return "rgba(3,5,5,0.72)" if st.context.theme.type == "dark" else "rgba(255,255,255,0.78)"


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


def _legend(groups: Sequence[Group]) -> None:
    if len(groups) < 2:
        return
    import plotly.graph_objects as plotly

    order = [group for group in groups if group.named] + [group for group in groups if not group.named]
    figure = plotly.Figure()
    for group in order:
        figure.add_scatter(x=[None], y=[None], mode="markers", marker={"color": group.colour, "size": 10},
                           name=f"{charts.shorten(group.name, 26)} · {len(group.positions):,}")
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_layout(height=34 + 22 * -(-len(order) // 3), margin={"l": 0, "r": 0, "t": 0, "b": 0},
                         legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "top", "itemclick": False, "itemdoubleclick": False})
    charts.show(figure, key="compare_legend", toolbar=False,
                alt="Colours: " + "; ".join(f"{group.name}, {len(group.positions)}" for group in order))


def _groups(collection: Collection, groups: Sequence[Group], colour: str) -> None:
    """How large the groups are, and how alike their items."""
    st.markdown(f"**{'Groups of like items' if colour == CLUSTERS else plain(colour)}**")
    order = [group for group in groups if group.named] + [group for group in groups if not group.named]
    table = pd.DataFrame({"Group": [group.name for group in order], "Items": [len(group.positions) for group in order],
                          "Alike": [cohesion(collection.index.vectors[group.positions]) for group in order]})
    column = st.column_config
    st.dataframe(table, hide_index=True, key="compare_groups", alt="The groups with their sizes", height="content", column_config={
        "Group": column.TextColumn(width=148), "Items": column.NumberColumn(format="localized", width=56),
        "Alike": column.NumberColumn(format="%.2f", width=56, help="The mean cosine of its items with the group's middle.")})
    st.caption("A group bears the name of the item in its middle. They are found by k-means, from the vectors alone." if colour == CLUSTERS
               else "How alike its items are: the mean cosine with their middle.")


def cohesion(own: Any) -> float:
    """Mean cosine of a group's unit vectors (N, D) with their middle."""
    middle = own.mean(axis=0) if len(own) else np.zeros(1)
    length = float(np.linalg.norm(middle))
    return float((own @ middle).mean() / length) if length > 0 else 0.0


def _selected(collection: Collection, chosen: list[int]) -> None:
    st.markdown(f"**{words.plural(len(chosen), 'item')} chosen**")
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
