"""A run's evaluation row by row: what was written beside what was wanted, pairs by score and cosine, groups on a plane."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from engine import words
from engine.training.results import Evaluation
from engine.training.settings import Settings
from studio import charts
from studio.results_tables import metric

ROW = 36  # pixels of a table's row
BEFORE, AFTER = "Before", "After"


def draw(evaluation: Evaluation, key: str) -> bool:
    """What the evaluation holds of single rows; whether there was any."""
    if evaluation.samples:
        written(evaluation, key)
    if evaluation.points:
        kind: Callable[[Sequence[dict[str, Any]], str], None] = plane if "group" in evaluation.points[0] else pairs
        kind(evaluation.points, key)
    return bool(evaluation.samples or evaluation.points)


def written(evaluation: Evaluation, key: str) -> None:
    """Answers to validation rows beside the wanted ones, the worst first."""
    table = pd.DataFrame(evaluation.samples).sort_values("score", kind="stable")
    right = int((table["score"] >= 1).sum())
    st.subheader("What it says, and what was wanted", anchor=False)
    st.markdown(f"{words.plural(len(table), 'validation row')}, those furthest off first; {right or 'none'} "
                f"{'is' if right == 1 else 'are'} just as wanted.")
    column = st.column_config
    score = column.ProgressColumn(metric(evaluation.metric).label, format="%.0f%%", min_value=0, max_value=100, width=110,
                                  color=charts.OURS)
    st.dataframe(table.assign(score=table["score"] * 100)[["score", "text", "truth", "predicted"]], key=f"{key}_samples", hide_index=True,
                 height=min(ROW * (len(table) + 1) + 3, 520), row_height=ROW, alt="Answers beside the wanted ones", column_config={
                     "score": score, "text": column.TextColumn("Asked", width=260), "truth": column.TextColumn("Wanted", width=260),
                     "predicted": column.TextColumn("Said", width=260)})


def epochs(history: Sequence[dict[str, Any]], key: str) -> None:
    """The same few samples after each epoch, where they were written."""
    rows = [{"epoch": epoch["epoch"], **sample} for epoch in history for sample in epoch.get("samples", [])]
    if not rows:
        return
    st.subheader("As it learnt", anchor=False)
    st.dataframe(pd.DataFrame(rows)[["truth", "epoch", "predicted"]].sort_values(["truth", "epoch"], kind="stable"), key=f"{key}_epochs",
                 hide_index=True, height=min(ROW * (len(rows) + 1) + 3, 400), row_height=ROW, alt="Samples after each epoch",
                 column_config={"truth": st.column_config.TextColumn("Wanted", width=300),
                                "epoch": st.column_config.NumberColumn("Epoch", width=70),
                                "predicted": st.column_config.TextColumn("Said after this epoch", width=420)})


def trials(found: Sequence[dict[str, Any]], name: str, key: str) -> None:
    """A search's trials: a line each through what it tried, to how good it was, and the same as a table, the best first."""
    import plotly.graph_objects as plotly

    if not found:
        return
    st.subheader(f"{words.plural(len(found), 'trial')}", anchor=False)
    table = pd.DataFrame(found)
    meant = metric(name)
    values = table["value"] * (100 if meant.share else 1)
    fields = {field.name: field.label for field in Settings.declared()}
    tried = [column for column in table.columns if column in fields and table[column].nunique() > 1]
    if len(found) > 1 and tried:
        axes = [_axis(fields[column], table[column], column == "learning_rate") for column in tried]
        figure = plotly.Figure(plotly.Parcoords(
            line={"color": values, "colorscale": [[0, charts.BASELINE], [1, charts.OURS]]},
            dimensions=[*axes, {"label": meant.label, "values": values}], labelfont={"color": charts.ink()},
            tickfont={"color": charts.ink()}, rangefont={"color": charts.ink()}))
        figure.update_layout(height=320, margin={"l": 60, "r": 60, "t": 60, "b": 40})
        charts.show(figure, key=f"{key}_trials_drawn", alt=f"{words.plural(len(found), 'trial')}: each line runs through the settings that "
                    "it tried to how good it was. The table below says the same in numbers.")
    column = st.column_config
    shown = table.assign(value=values).sort_values("value", ascending=not meant.greater_is_better, kind="stable")
    st.dataframe(shown, key=f"{key}_trials", hide_index=True, alt="All trials, the best first", placeholder="–", column_config={
        "trial": column.NumberColumn("Trial"), "value": column.NumberColumn(meant.label, format="%.1f%%" if meant.share else "%.4f"),
        "ran": column.NumberColumn("Ran", help="Epochs until it ended."),
        "ended": column.TextColumn("Ended", help="Early: others were better at the same epoch."),
        **{name: column.NumberColumn(label, format="%.4g") for name, label in fields.items() if name in table}})


def _axis(label: str, values: pd.Series, logarithmic: bool) -> dict[str, Any]:
    if not logarithmic:
        return {"label": label, "values": values}
    powers = np.log10(values.astype(float))
    ticks = np.linspace(powers.min(), powers.max(), 4)
    return {"label": label, "values": powers, "tickvals": ticks, "ticktext": [f"{10 ** tick:.1e}" for tick in ticks]}


def pairs(points: Sequence[dict[str, Any]], key: str) -> None:
    """Each validation pair: the score it should have, and its cosine before and after."""
    import plotly.graph_objects as plotly

    st.subheader("Pairs: wanted score and cosine", anchor=False)
    truth = [point["truth"] for point in points]
    figure = plotly.Figure()
    if points[0]["before"] is not None:
        figure.add_scattergl(x=truth, y=[point["before"] for point in points], mode="markers", name=BEFORE,
                             marker={"color": charts.BASELINE, "size": 5, "opacity": 0.5})
    figure.add_scattergl(x=truth, y=[point["after"] for point in points], mode="markers", name=AFTER,
                         marker={"color": charts.OURS, "size": 6, "opacity": 0.7})
    low, high = min(truth), max(truth)
    figure.add_scatter(x=[low, high], y=[low, high], mode="lines", name="Just as wanted", hoverinfo="skip",
                       line={"color": charts.BASELINE, "dash": "dot", "width": 1.5})
    figure.update_xaxes(title="Wanted score", zeroline=False)
    figure.update_yaxes(title="Cosine of the two vectors", zeroline=False)
    figure.update_layout(height=420, margin={"l": 0, "r": 8, "t": 30, "b": 0}, legend={"orientation": "h", "y": 1.08, "x": 0})
    charts.show(figure, key=f"{key}_pairs_drawn", alt=f"{words.plural(len(points), 'pair')}: the wanted score and the cosine, before and "
                "after training. On the dotted line both are equal.")


def plane(points: Sequence[dict[str, Any]], key: str) -> None:
    """The same validation rows before and after on one plane, coloured by group."""
    import plotly.graph_objects as plotly

    st.subheader("The same rows, before and after", anchor=False)
    shown = st.segmented_control("Vectors", [BEFORE, AFTER], default=AFTER, required=True, key=f"{key}_when", label_visibility="collapsed")
    place = "after" if shown == AFTER else "before"
    names = [name for name, _ in pd.Series([point["group"] for point in points]).value_counts().head(len(charts.GROUPS)).items()]
    figure = plotly.Figure()
    for name, colour in [("all others", charts.BASELINE), *zip(names, charts.GROUPS, strict=False)]:
        own = [point for point in points if (point["group"] == name or (name == "all others" and point["group"] not in names))]
        if own:
            figure.add_scattergl(x=[point[place][0] for point in own], y=[point[place][1] for point in own], mode="markers",
                                 name=charts.shorten(str(name), 28), marker={"color": colour, "size": 7, "opacity": 0.8},
                                 customdata=[f"{point['group']}<br>{charts.shorten(point['text'], 80)}" for point in own],
                                 hovertemplate="%{customdata}<extra></extra>")
    every = [point[when] for point in points for when in ("before", "after")]
    figure.update_xaxes(visible=False, range=_reach([x for x, _ in every]))
    figure.update_yaxes(visible=False, range=_reach([y for _, y in every]))
    figure.update_layout(height=460, margin={"l": 0, "r": 8, "t": 8, "b": 0})
    charts.show(figure, key=f"{key}_plane_{place}", alt=f"{words.plural(len(points), 'validation row')} on a plane, {shown} training; "
                "what lies close is alike.")
    st.caption("A plane shows only part of how vectors lie; both pictures are drawn on the same one, so that they can be compared.")


def _reach(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    edge = 0.05 * (high - low or 1.0)
    return [low - edge, high + edge]
