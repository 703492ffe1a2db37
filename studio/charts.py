"""Pictures of answers and results. Colours mean one thing everywhere and are declared once, here.

Every colour has at least 3:1 contrast on the light and on the dark background, and stays apart from its neighbours for readers with
deuteranopia or protanopia (tests/studio/test_charts.py measures both). Nothing is said by colour alone.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine import words

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as plotly

TRAINING = "#c26a1b"
VALIDATION = "#1b7fc0"
BASELINE = "#9b9180"
OURS = "#0f8482"
WARNING = "#9a7d00"
FAILURE = "#d1483d"
PALETTE = {"training": TRAINING, "validation": VALIDATION, "baseline": BASELINE, "ours": OURS, "warning": WARNING, "failure": FAILURE}
# Groups on a map, the largest first; all others are BASELINE. So many cannot all be told apart by everyone: names stand beside them.
GROUPS = ("#0f8482", "#c26a1b", "#1b7fc0", "#d1483d", "#9a7d00", "#7a5bb5", "#4f8a3c", "#b0568f", "#5c7080", "#8a5a3b")
# Numbers on a map, from the lowest to the highest: ever lighter, and from blue to yellow, which every reader tells apart.
NUMBERS = ("#0b54cd", "#8455b1", "#b95586", "#d1645a", "#ce8212")
FULL = 0.97  # of a colour scale: from here on white is read on a cell, below it the page's ink
SEQUENTIAL = [[0.0, "rgba(15,132,130,0.04)"], [0.02, "rgba(15,132,130,0.20)"], [0.5, "rgba(15,132,130,0.62)"], [1.0, "rgba(15,132,130,1)"]]
DIVERGING = [[0.0, "rgba(209,72,61,0.9)"], [0.5, "rgba(127,138,150,0.08)"], [1.0, "rgba(15,132,130,0.9)"]]
MISSES = [[0.0, "rgba(127,138,150,0.10)"], [0.02, "rgba(209,72,61,0.25)"], [1.0, "rgba(209,72,61,1)"]]
BAR_HEIGHT = 34
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}


def probabilities(answer: Mapping[str, float], *, key: str, most: int = 12, threshold: float | None = None,
                  chosen: Sequence[str] | None = None) -> None:
    """Bars of probabilities, the likeliest first; a line at the threshold where labels are independent. chosen: the labels that were
    given, where each has a threshold of its own; the others are grey."""
    ranked = sorted(answer.items(), key=lambda item: -item[1])[:most]
    first = f"{ranked[0][0]} at {words.percent(ranked[0][1])}" if ranked else "nothing"
    colours = [OURS if label in chosen else BASELINE for label, _ in ranked] if chosen is not None else None
    bars([label for label, _ in ranked], [share for _, share in ranked], key=key, line=threshold, colours=colours,
         alt=f"Bars of probabilities for {words.plural(len(ranked), 'label')}; the likeliest is {first}.")
    if len(answer) > most:
        st.caption(f"The {most} likeliest of {words.number(len(answer))} labels.")


def bars(names: Sequence[str], values: Sequence[float], *, key: str, alt: str, colours: Sequence[str] | None = None,
         intervals: Sequence[tuple[float, float] | None] | None = None, line: float | None = None) -> None:
    """Horizontal bars of shares from 0 to 1, first on top, each with its percent; whiskers where an interval is known."""
    import plotly.graph_objects as plotly

    # The percent stands behind the whisker's end, where a narrow bar and its interval leave it readable.
    ends = [max(value, interval[1] if interval else 0.0) for value, interval in zip(values, intervals or [None] * len(values), strict=True)]
    figure = plotly.Figure(plotly.Bar(
        x=list(values), y=list(range(len(names))), orientation="h", marker_color=list(colours) if colours else OURS,
        hovertemplate="%{customdata}: %{x:.1%}<extra></extra>", customdata=list(names), width=0.62))
    _whiskers(figure, values, intervals or [])
    figure.add_scatter(x=ends, y=list(range(len(names))), mode="text", text=[f"  {words.percent(value)}" for value in values],
                       textposition="middle right", textfont={"color": ink()}, hoverinfo="skip", showlegend=False, cliponaxis=False)
    if line is not None:
        figure.add_vline(x=line, line_dash="dot", line_color=BASELINE, line_width=1.5)
    figure.update_xaxes(range=[0, 1.12], visible=False, fixedrange=True)
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=[shorten(name, 34) for name in names], autorange="reversed",
                        automargin=True, fixedrange=True, showgrid=False, ticklen=6, tickcolor="rgba(0,0,0,0)")
    figure.update_layout(height=len(names) * BAR_HEIGHT + 14, margin={"l": 0, "r": 8, "t": 4, "b": 4}, showlegend=False, bargap=0.3)
    show(figure, key=key, alt=alt, toolbar=False)


def _whiskers(figure: "plotly.Figure", values: Sequence[float], intervals: Sequence[tuple[float, float] | None]) -> None:
    """Intervals over the bars that have one."""
    known = [(place, value, interval) for place, (value, interval) in enumerate(zip(values, intervals, strict=False)) if interval]
    if known:
        reach = {"type": "data", "symmetric": False, "thickness": 2, "width": 7, "color": ink(),
                 "array": [interval[1] - value for _, value, interval in known],
                 "arrayminus": [value - interval[0] for _, value, interval in known]}
        figure.add_scatter(x=[value for _, value, _ in known], y=[place for place, _, _ in known], mode="markers", marker_opacity=0,
                           error_x=reach, hoverinfo="skip", showlegend=False)


def baselines(name: str, value: float, others: Mapping[str, float | None], *, key: str,
              interval: tuple[float, float] | None = None) -> None:
    """Our value as a thick bar with its interval, the baselines grey below it."""
    known = {other: share for other, share in others.items() if share is not None}
    names, values = [name, *known], [value, *known.values()]
    bars(names, values, key=key, colours=[OURS] + [BASELINE] * len(known), intervals=[interval] + [None] * len(known),
         alt="; ".join(f"{label} {words.percent(share)}" for label, share in zip(names, values, strict=True)) + ".")


def confusion(matrix: Sequence[Sequence[int]], labels: Sequence[str], *, key: str, only_misses: bool = False) -> None:
    """Rows are the truth, columns the answer; shares of each row, so that rare classes are seen as well as frequent ones.

    Readable at 77 classes: it grows to show every name, and the pointer tells the pair and the rows.
    """
    import plotly.graph_objects as plotly

    size = len(labels)
    names = [shorten(label, 28) for label in labels]
    totals = [max(1, sum(row)) for row in matrix]
    shares = [[None if only_misses and place == column else count / totals[place] for column, count in enumerate(row)]
              for place, row in enumerate(matrix)]
    told = [[f"{labels[place]} was answered {labels[column]}<br>{words.plural(count, 'row')} of {words.number(sum(row))}"
             for column, count in enumerate(row)] for place, row in enumerate(matrix)]
    numbered = size <= 12
    top = max((share for row in shares for share in row if share), default=1.0)
    figure = plotly.Figure(plotly.Heatmap(
        z=shares, customdata=told, hovertemplate="%{customdata}<extra></extra>",
        colorscale=MISSES if only_misses else SEQUENTIAL, zmin=0, zmax=top if only_misses else 1, xgap=1, ygap=1,
        colorbar={"title": {"text": "Share of the truth", "side": "top"}, "tickformat": ".0%", "thickness": 10, "orientation": "h",
                  "lenmode": "pixels", "len": 260, "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom", "nticks": 4}))
    if numbered:
        most = top if only_misses else 1.0
        in_cells(figure, [(row, column, words.number(count), (shares[row][column] or 0) / most) for row, counts in enumerate(matrix)
                          for column, count in enumerate(counts) if count and shares[row][column]])
    font = 12 if numbered else 10 if size <= 40 else 8
    ticks = {"tickvals": list(range(size)), "ticktext": names, "tickfont": {"size": font}, "showgrid": False, "zeroline": False,
             "automargin": True}
    figure.update_xaxes(tickangle=0 if size <= 6 else -60 if size <= 40 else -90, **ticks)
    figure.update_yaxes(autorange="reversed", **ticks)
    figure.update_layout(height=max(340, size * (34 if numbered else 15) + 260), margin={"l": 0, "r": 16, "t": 50, "b": 0})
    st.caption("Rows: the truth · columns: the answer")
    right = sum(matrix[place][place] for place in range(size))
    show(figure, key=key, alt=f"Confusion matrix of {words.plural(size, 'class', 'classes')}: {words.number(right)} of "
         f"{words.number(sum(map(sum, matrix)))} rows on the diagonal, which is right. The table of classes says the same in numbers.")


def in_cells(figure: "plotly.Figure", texts: Sequence[tuple[int, int, str, float]]) -> None:
    """Texts in a heat map's cells as (row, column, text, place in the scale from 0 to 1): white on full cells, the page's own ink on paler
    ones, so that they are read in both themes."""
    for full, colour in ((True, "#ffffff"), (False, ink())):
        chosen = [(row, column, text) for row, column, text, share in texts if (share >= FULL) == full]
        figure.add_scatter(x=[column for _, column, _ in chosen], y=[row for row, _, _ in chosen], mode="text", hoverinfo="skip",
                           text=[text for *_, text in chosen], textfont={"color": colour}, showlegend=False)


def ink() -> str:
    """The colour of text on the page's background, for what Plotly's theme leaves black."""
    return "#e8eeee" if st.context.theme.type == "dark" else "#10181a"


def confused_pairs(matrix: Sequence[Sequence[int]], labels: Sequence[str], most: int = 20) -> "pd.DataFrame":
    """The confusions as a table, the most frequent first: truth, answer, rows, share of the truth."""
    import pandas as pd

    pairs = [(labels[truth], labels[answer], count, count / max(1, sum(row)))
             for truth, row in enumerate(matrix) for answer, count in enumerate(row) if count and truth != answer]
    pairs.sort(key=lambda pair: (-pair[2], -pair[3], pair[0]))
    return pd.DataFrame(pairs[:most], columns=["Truth", "Answer", "Rows", "Share"])


def class_table(table: "pd.DataFrame", *, key: str) -> None:
    """Precision, recall, F1 and support per class (columns label, precision, recall, f1, support; shares from 0 to 1)."""
    share = {"format": "%.0f%%", "min_value": 0, "max_value": 100, "color": OURS}  # few rows a class: a decimal would be false
    column = st.column_config
    shares = {name: table[name] * 100 for name in ("precision", "recall", "f1")}
    st.dataframe(table.assign(**shares), hide_index=True, key=key, alt="Precision, recall, F1 and support of each class", column_config={
        "label": column.TextColumn("Class", pinned=True),
        "precision": column.ProgressColumn("Precision", help="Of the rows given this label, the share that bear it.", **share),
        "recall": column.ProgressColumn("Recall", help="Of the rows that bear this label, the share that was found.", **share),
        "f1": column.ProgressColumn("F1", help="The balance of precision and recall.", **share),
        "support": column.NumberColumn("Rows", help="Validation rows that bear this label.", format="localized")})


def show(figure: "plotly.Figure", *, key: str, alt: str, toolbar: bool = True) -> None:
    """Draw a figure that no longer changes; for one that does see `studio.live_chart`."""
    _inked(figure)
    st.plotly_chart(figure, key=key, alt=alt, config={**CONFIG, "displayModeBar": toolbar and "hover"})


def choose(figure: "plotly.Figure", *, key: str, alt: str, on_select: Any = "rerun",
           modes: Sequence[str] = ("points", "box", "lasso")) -> list[tuple[int, int]]:
    """Draw a figure whose points can be chosen; (trace, point) of each that is. on_select: as `st.plotly_chart` takes it."""
    _inked(figure)
    config = {**CONFIG, "modeBarButtonsToRemove": ["autoScale2d"]}
    event: Any = st.plotly_chart(figure, key=key, alt=alt, config=config, on_select=on_select, selection_mode=modes)
    return chosen(event)


def chosen(event: Any) -> list[tuple[int, int]]:
    """(trace, point) of what a figure's selection says."""
    points = ((event or {}).get("selection") or {}).get("points") or []
    return [(point["curve_number"], point["point_index"]) for point in points if "point_index" in point and "curve_number" in point]


def _inked(figure: "plotly.Figure") -> None:
    """Streamlit's own grey is too pale for small text."""
    figure.update_layout(hoverlabel={"align": "left"}, font={"color": ink()})
    for axes in (figure.update_xaxes, figure.update_yaxes):
        axes(tickfont_color=ink(), title_font_color=ink())
    figure.update_traces(selector={"type": "bar"}, textfont={"color": ink()})
    figure.update_traces(selector={"type": "heatmap"}, colorbar={"tickfont": {"color": ink()}, "title": {"font": {"color": ink()}}})


def shorten(text: str, most: int) -> str:
    """At most so many characters, the middle left out: the ends of label names tell them apart."""
    if len(text) <= most:
        return text
    head = (most - 1) * 2 // 3
    return f"{text[:head]}…{text[-(most - 1 - head):]}"
