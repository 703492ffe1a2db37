"""The tab Near-duplicates: which items are nearly the same, and a file without them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from engine import words
from studio import charts
from studio.compare import cleaned, items, progress, said
from studio.compare.collection import Collection
from studio.results_tables import plain
from studio.works import Works

LOWEST = 0.80  # of what can be asked for
USUAL = 0.95
LADDER = (0.80, 0.85, 0.90, 0.95, 0.98, 0.99, 0.999)
SHOWN = 20  # groups
OF_GROUP = 8  # items of a group
MOST_VALUES = 200  # of a column that groups may mix
ANYWHERE = "Anywhere"
KEPT = ":green-badge[:material/check: Kept]"

_found = Works("near-duplicates", kept=4)  # `engine.similarity.Duplicates` by the key of the vectors


def draw(collection: Collection) -> None:
    """The threshold with what it yields, which of a group stays, the file without the others, and the groups."""
    found = progress.asked(collection, _found, partial(collection.index.near_duplicates, LOWEST), "compare_duplicates", "pair",
                           f"Look at every pair of {words.plural(len(collection), 'item')}")
    if found is None:
        return
    if not found.count():
        st.markdown(f":material/check: No two items are nearly the same: no pair has a cosine of {LOWEST:.2f} or more.")
        return
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        threshold = st.slider("Nearly the same from a cosine of", LOWEST, 1.0, USUAL, 0.005, format="%.3f", key="compare_threshold",
                              persist_state="session")
        st.caption(f"A cosine of {threshold:.2f} is {said.closer(collection.index.percentile(threshold))} of this data.")
        threshold = min(threshold, 1.0 - 1e-6)  # rounding keeps even the very same just below 1
        groups = found.groups(threshold)
    with right:
        _ladder(found)
    with st.container(horizontal=True, gap="medium"):
        across = _across(collection)
        kept = _kept(collection, across)
    mixed = groups if across == ANYWHERE else mixing(groups, collection.frame[across])
    differ = "" if across == ANYWHERE else f", **{words.number(len(mixed))}** of them with different values of {plain(across)}"
    stay = [kept(group) for group in mixed]
    extra = sorted({place for group in mixed for place in group} - {place for own in stay for place in own})
    st.markdown(f"**{words.plural(found.count(threshold), 'pair')}** in **{words.plural(len(groups), 'group')}**{differ}: "
                f"{words.plural(len(extra), 'item')} could go.")
    if across != ANYWHERE:
        st.caption("Where that is what data is split by, a model is tested on what it learnt.")
    if not mixed:
        st.markdown(":material/check: Nothing is so alike.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        cleaned.download(collection, [collection.number(place) for place in extra], "without near-duplicates", "compare_clean")
        items.download("Download the groups", partial(_table, collection, mixed, stay), "near-duplicates.csv", "compare_groups_csv")
    for number, (group, own) in enumerate(zip(mixed[:SHOWN], stay, strict=False), start=1):
        _group(collection, number, group, own)
    if len(mixed) > SHOWN:
        st.caption(f"The {SHOWN} largest of {words.number(len(mixed))} groups; the download holds all.")


def _ladder(found: Any) -> None:
    """How many pairs each threshold would yield."""
    import plotly.graph_objects as plotly

    counts = [found.count(step) for step in LADDER]
    told = [f"{one:,}" if one < 100_000 else f"{one / 1e6:.3g} M" for one in counts]
    figure = plotly.Figure(plotly.Bar(x=[f"{step:g}" for step in LADDER], y=counts, text=told, marker_color=charts.OURS,
                                      textposition="outside", cliponaxis=False,
                                      hovertemplate="%{x} and more: %{y:,} pairs<extra></extra>"))
    figure.update_yaxes(visible=False, fixedrange=True, type="log" if max(counts) > 50 else "linear")
    figure.update_xaxes(title="Pairs from a cosine of", type="category", fixedrange=True, showgrid=False)
    figure.update_layout(height=170, margin={"l": 0, "r": 0, "t": 22, "b": 0}, showlegend=False)
    charts.show(figure, key="compare_ladder", toolbar=False,
                alt="Pairs for thresholds: " + ", ".join(f"{step:g}: {count}" for step, count in zip(LADDER, counts, strict=True)))


def _across(collection: Collection) -> str:
    """A column whose values a group must mix, such as the one that says training or test."""
    columns = [str(name) for name in collection.frame.columns if 1 < collection.frame[name].nunique() <= MOST_VALUES
               and name not in (collection.text_column, collection.picture_column)]
    if not columns:
        return ANYWHERE
    return st.selectbox("Only groups that mix values of", [ANYWHERE, *columns], key=f"compare_across_{collection.dataset}", width=260,
                        help="Such as the column that says whether a row is for training or for a test, or the one with the label.")


def mixing(groups: list[list[int]], cells: pd.Series) -> list[list[int]]:
    """The groups in which the column has more than one value; empty cells are none."""
    codes = pd.factorize(cells)[0]
    return [group for group in groups if len(set(codes[group].tolist()) - {-1}) > 1]


def _kept(collection: Collection, across: str) -> Callable[[list[int]], list[int]]:
    """What is kept of a group: its first or its last row, or those with one of the column's values."""
    ways: dict[str, Callable[[list[int]], list[int]]] = {"The first row": lambda group: group[:1], "The last row": lambda group: group[-1:]}
    if across != ANYWHERE:
        cells = collection.frame[across].to_numpy(dtype=object)
        values = sorted(collection.frame[across].dropna().unique())
        ways |= {f"Those where {across} is {value}": partial(having, cells, value) for value in values}
    way = st.selectbox("Kept of each group", list(ways), width=260, key=f"compare_kept_{collection.dataset}_{across}",
                       help="Where a column says what data is split by, keep the test rows: then what is learnt from no longer holds what "
                            "is tested. A group without such a row keeps its first.")
    return ways[way]


def having(cells: Any, value: Any, group: list[int]) -> list[int]:
    """Those of a group whose cell holds the value; its first where none does."""
    return [place for place in group if cells[place] == value] or group[:1]


def _group(collection: Collection, number: int, group: list[int], kept: list[int]) -> None:
    with st.container(border=True, gap="small", key=f"compare_group_{number}"):
        rest = len(group) - OF_GROUP
        st.markdown(f"**{words.plural(len(group), 'item')}**" + (f" :small[:gray[{OF_GROUP} of them]]" if rest > 0 else ""))
        stays = set(kept)
        shown = sorted(group, key=lambda place: place not in stays)[:OF_GROUP]
        if collection.picture_column:
            items.wall(collection, shown, [f"Row {words.number(collection.number(place))}" + (f" {KEPT}" if place in stays else "")
                                           for place in shown])
        else:
            for place in shown:
                with st.container(gap="xxsmall"):
                    st.markdown(plain(collection.name(place, 240)) + (f" {KEPT}" if place in stays else ""))
                    items.others(collection, place)


def _table(collection: Collection, groups: list[list[int]], stay: list[list[int]]) -> Any:
    places = [place for group in groups for place in group]
    kept = {place for own in stay for place in own}
    return items.rows(collection, places, {"group": [number for number, group in enumerate(groups, start=1) for _ in group],
                                           "kept": ["yes" if place in kept else "no" for place in places]})
