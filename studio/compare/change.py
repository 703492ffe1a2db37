"""The tab Two models: the same items under another model, such as before and after finetuning."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from engine import data, words
from engine.similarity import Index
from studio import charts, model_picker, resources
from studio.compare import items, working
from studio.compare import map as maps
from studio.compare import place as places
from studio.compare.collection import Collection
from studio.results_tables import plain
from studio.state import put

NOW = "compare_other_now"
NEAREST = 10
MOST_ARROWS = 600
MOST = 20_000  # items whose neighbours are compared while somebody waits


def draw(collection: Collection) -> None:
    """Choose the other model; the map with arrows, and how many neighbours stayed."""
    place = places.read()
    here = {choice.name: choice.here for choice in model_picker.choices(place.task) if choice.name != collection.model}
    others = sorted(here, key=lambda name: not here[name])
    if not others:
        st.markdown(":gray[There is no other model for this yet. Finetune one, or take one from the hub.]")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        other = st.selectbox("The other model", others, index=others.index(place.other) if place.other in others else 0,
                             key=f"compare_other_model_{place.task}", width=320,
                             format_func=lambda name: name if here[name] else f"{name} (not on this disk yet)")
        st.button("Compare with it", key="compare_other_go", type="primary", icon=":material/compare_arrows:", on_click=_wanted,
                  args=(other,))
    dataset = data.open_dataset(place.dataset)
    rows = resources.items(dataset.id).frame
    before = working.vectors(place, other, dataset, rows, place.other == other, NOW, partial(places.change, other=""))
    if before is None:
        advice = "" if collection.brought else " To see what finetuning did, take the base of your model."
        st.markdown(f":gray[The same items by {plain(other)}, laid over those by {plain(collection.by)}: what moved, and which "
                    f"neighbours stayed.{advice}]")
        return
    _compared(before, collection)


def _wanted(other: str) -> None:
    put(NOW, True)
    places.change(other=other)


def _compared(before: Collection, after: Collection) -> None:
    numbers = after.frame.index.intersection(before.frame.index)
    if len(numbers) < 3:
        st.markdown(":gray[Three items at least are needed that both models could compute.]")
        return
    step = -(-len(numbers) // MOST)
    numbers = numbers[::step]
    old, new = (one.frame.index.get_indexer(numbers) for one in (before, after))
    indexes = Index(before.index.vectors[old]), Index(after.index.vectors[new])
    kept, start, onto = resources.moved(before.key, after.key, NEAREST, *indexes)  # the keys stand for which rows both could compute
    colour = st.selectbox("Coloured by", maps.colourable(after), key=f"compare_other_colour_{after.dataset}", width=220)
    chosen = {int(place): row for row, place in enumerate(new)}
    groups = [(group, np.array([chosen[int(place)] for place in group.positions if int(place) in chosen], dtype=int))
              for group in maps.grouped(after, colour)]
    left, right = st.columns([5, 3], gap="medium")
    with left:
        charts.show(_figure(after, new, start, onto, groups), key="compare_change",
                    alt=f"Map of {words.plural(len(numbers), 'item')}: from where {before.by} puts them to where {after.by} does.")
        st.caption(f"Grey: by {plain(before.by)}, turned and scaled to lie over the other as well as it can (Procrustes). "
                   f"In colour: by {plain(after.by)}. " + (f"Lines for every {-(-len(numbers) // MOST_ARROWS)}th item."
                                                              if len(numbers) > MOST_ARROWS else ""))
    with right:
        st.metric("Neighbours that stayed", words.percent(float(kept.mean())),
                  help=f"Of the {NEAREST} nearest neighbours of an item, the share that is the same under both models, in the mean.")
        _moved(groups, indexes, kept)
    st.markdown("**Whose neighbours changed most**")
    order = np.argsort(kept, kind="stable")
    items.table(after, [int(new[row]) for row in order], "compare_change_items", "Items, those first whose neighbours changed most",
                {"stayed": [100 * float(kept[row]) for row in order]},
                {"stayed": st.column_config.ProgressColumn("Stayed", format="%.0f%%", min_value=0, max_value=100, width=110)}, rows_seen=8)


def _moved(groups: list[tuple[maps.Group, Any]], indexes: tuple[Index, Index], kept: Any) -> None:
    """Which groups came together or fell apart."""
    named = [(group, rows) for group, rows in groups if len(rows)]
    before, after = ([maps.cohesion(index.vectors[rows]) for _, rows in named] for index in indexes)
    table = pd.DataFrame({"Group": [group.name for group, _ in named], "Before": before, "After": after,
                          "Stayed": [100 * float(kept[rows].mean()) for _, rows in named]})
    column = st.column_config
    st.dataframe(table, hide_index=True, key="compare_change_groups", height="content", alt="Groups before and after", column_config={
        "Group": column.TextColumn(width=108), "Before": column.NumberColumn(format="%.2f", width=56, help="How alike its items were."),
        "After": column.NumberColumn(format="%.2f", width=56, help="How alike its items are."),
        "Stayed": column.NumberColumn(format="%.0f%%", width=56, help="Neighbours that are the same.")})
    st.caption("Before and after: the mean cosine of a group's items with their middle. Two models may use other parts of the scale, so "
               "look at which groups rose more than others.")


def _figure(after: Collection, new: Any, start: Any, end: Any, groups: list[tuple[maps.Group, Any]]) -> Any:
    import plotly.graph_objects as plotly

    figure = plotly.Figure()
    figure.add_scattergl(x=start[:, 0], y=start[:, 1], mode="markers", hoverinfo="skip", showlegend=False,
                         marker={"color": charts.BASELINE, "size": 5, "opacity": 0.5})
    step = -(-len(new) // MOST_ARROWS)
    for group, rows in groups:
        lined = rows[rows % step == 0]
        gaps = np.full(len(lined), np.nan)
        x, y = (np.stack([start[lined, axis], end[lined, axis], gaps], axis=1).ravel() for axis in (0, 1))
        figure.add_scattergl(x=x, y=y, mode="lines", line={"color": group.colour, "width": 1}, opacity=0.45, hoverinfo="skip",
                             showlegend=False)
        told = [maps.hover(after, int(new[row]), 120) for row in rows]
        figure.add_scattergl(x=end[rows, 0], y=end[rows, 1], mode="markers", text=told, hovertemplate="%{text}<extra></extra>",
                             showlegend=len(groups) > 1, name=charts.shorten(group.name, 26), marker={"color": group.colour, "size": 7})
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_layout(height=maps.HEIGHT, margin={"l": 0, "r": 0, "t": 28, "b": 0}, hovermode="closest", dragmode="pan",
                         legend={"orientation": "h", "x": 0, "y": 0, "yanchor": "top"})
    return figure
