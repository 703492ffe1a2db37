"""The tab Near-duplicates: which items are nearly the same, and a file without them."""

from functools import partial
from typing import Any

import streamlit as st

from engine import words
from engine.similarity.duplicates import all_but_first
from studio import charts, resources
from studio.compare import items, moves, said
from studio.compare.collection import Collection
from studio.results_tables import plain

LOWEST = 0.80  # of what can be asked for
USUAL = 0.95
LADDER = (0.80, 0.85, 0.90, 0.95, 0.98, 0.99, 0.999)
SHOWN = 20  # groups
OF_GROUP = 8  # items of a group
ANY = "Anywhere"


def draw(collection: Collection) -> None:
    """The threshold with what it yields, the groups, and the file without them."""
    if not moves.asked(collection, "compare_duplicates_go", f"Look at every pair of {words.number(len(collection))} items"):
        return
    found = resources.near_duplicates(collection.key, LOWEST, collection.index)
    if not found.count():
        st.markdown(f":material/check: No two items are nearly the same: no pair has a cosine of {found.threshold:.2f} or more.")
        return
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        least = round(found.threshold, 3)
        threshold = st.slider("Nearly the same from a cosine of", least, 1.0, max(USUAL, least), 0.005, format="%.3f",
                              key="compare_threshold", persist_state="session")
        threshold = min(threshold, 1.0 - 1e-6)  # rounding keeps even the very same just below 1
        groups = found.groups(threshold)
        extra = all_but_first(groups)
        st.markdown(f"**{words.plural(found.count(threshold), 'pair')}** in **{words.plural(len(groups), 'group')}**: "
                    f"{words.plural(len(extra), 'item')} could go and leave one of each group.")
        st.caption(f"A cosine of {threshold:.2f} is {said.closer(collection.index.percentile(threshold))} of this data.")
    with right:
        _ladder(found)
    across = _across(collection)
    if across != ANY:
        groups = [group for group in groups if collection.frame[across].iloc[group].nunique() > 1]
        st.markdown(f"**{words.plural(len(groups), 'group')}** with different values of {plain(across)}. Where that is what data is split "
                    "by, a model is tested on what it learnt.")
    if not groups:
        st.markdown(":material/check: Nothing is so alike.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        kept = sorted(set(range(len(collection))) - set(extra))
        items.download(f"Download the {words.number(len(kept))} others and one of each group",
                       lambda: collection.frame.iloc[kept], "without near-duplicates.csv", "compare_clean")
        items.download("Download the groups", partial(_table, collection, groups), "near-duplicates.csv", "compare_groups_csv")
    for number, group in enumerate(groups[:SHOWN], start=1):
        _group(collection, number, group)
    if len(groups) > SHOWN:
        st.caption(f"The {SHOWN} largest of {words.number(len(groups))} groups; the download holds all.")


def _ladder(found: Any) -> None:
    """How many pairs each threshold would yield."""
    import plotly.graph_objects as plotly

    steps = [step for step in LADDER if step >= found.threshold - 1e-6]
    counts = [found.count(step) for step in steps]
    figure = plotly.Figure(plotly.Bar(x=[f"{step:g}" for step in steps], y=counts, text=[f"{one:,}" for one in counts],
                                      marker_color=charts.OURS, textposition="outside", cliponaxis=False,
                                      hovertemplate="%{x} and more: %{y:,} pairs<extra></extra>"))
    figure.update_yaxes(visible=False, fixedrange=True, type="log" if max(counts) > 50 else "linear")
    figure.update_xaxes(title="Pairs from a cosine of", type="category", fixedrange=True, showgrid=False)
    figure.update_layout(height=170, margin={"l": 0, "r": 0, "t": 22, "b": 0}, showlegend=False)
    charts.show(figure, key="compare_ladder", toolbar=False,
                alt="Pairs for thresholds: " + ", ".join(f"{step:g}: {count}" for step, count in zip(steps, counts, strict=True)))


def _across(collection: Collection) -> str:
    """A column whose values a group must mix, such as the one that says training or test."""
    columns = [str(name) for name in collection.frame.columns if 1 < collection.frame[name].nunique() <= 200
               and name not in (collection.text_column, collection.picture_column)]
    if not columns:
        return ANY
    return st.selectbox("Only groups that mix values of", [ANY, *columns], key=f"compare_across_{collection.dataset}", width=300,
                        help="Such as the column that says whether a row is for training or for a test, or the one with the label.")


def _group(collection: Collection, number: int, group: list[int]) -> None:
    with st.container(border=True, gap="small", key=f"compare_group_{number}"):
        rest = len(group) - OF_GROUP
        st.markdown(f"**{words.plural(len(group), 'item')}**" + (f" :small[:gray[the first {OF_GROUP}]]" if rest > 0 else ""))
        shown = group[:OF_GROUP]
        if collection.picture_column:
            items.wall(collection, shown, [f"Row {words.number(collection.number(place))}" for place in shown])
        else:
            for place in shown:
                st.markdown(f"{plain(collection.name(place, 240))}")
                items.others(collection, place)


def _table(collection: Collection, groups: list[list[int]]) -> Any:
    places = [place for group in groups for place in group]
    return items.rows(collection, places, {"group": [number for number, group in enumerate(groups, start=1) for _ in group]})
