"""How alike each of some items is to each, as a heat map."""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np

from studio import charts

NUMBERED = 14  # items up to which the cosines stand in the cells
NARROWEST = 0.01  # of the cosines that are told apart by colour
NAMED = 60  # items up to which they are named at the axis


def figure(names: Sequence[str], cosines: Any) -> Any:
    """names: of the items, as people know them; cosines (N, N). Points of its second trace are the cells, row by row."""
    import plotly.graph_objects as plotly

    size = len(names)
    safe = [html.escape(name) for name in names]
    apart = cosines[~np.eye(size, dtype=bool)]  # of many, each with itself would take up the scale
    low, high = float(apart.min()), float(apart.max()) if size > NUMBERED else 1.0
    high = max(high, low + NARROWEST)
    gap = 1 if size <= NAMED else 0
    drawn = plotly.Figure(plotly.Heatmap(z=cosines, x=list(range(size)), y=list(range(size)), colorscale=charts.SEQUENTIAL,
                                         zmin=low, zmax=high, xgap=gap, ygap=gap, hoverinfo="skip",
                                         colorbar={"thickness": 10, "title": {"text": "Cosine"}}))
    # A heat map cannot be clicked in Streamlit: what is clicked, and tells the pair, are squares over it that are not seen.
    down, across = np.divmod(np.arange(size * size), size)
    told = [f"{safe[row]}<br>{safe[column]}<br>{cosines[row, column]:.2f}" for row in range(size) for column in range(size)]
    drawn.add_scattergl(x=across, y=down, mode="markers", text=told, hovertemplate="%{text}<extra></extra>", showlegend=False,
                        marker={"symbol": "square", "size": max(4, 560 // size), "opacity": 0, "color": charts.OURS},
                        selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}})
    if size <= NUMBERED:
        charts.in_cells(drawn, [(row, column, f"{cosines[row, column]:.2f}", (cosines[row, column] - low) / (high - low))
                                for row in range(size) for column in range(size)])
    ticks: dict[str, Any] = {"showgrid": False, "zeroline": False, "range": [-0.5, size - 0.5], "constrain": "domain"}
    named = {"tickvals": list(range(size)), "ticktext": safe, "tickfont": {"size": 12 if size <= 20 else 9}}
    drawn.update_xaxes(visible=False, **ticks)
    drawn.update_yaxes(automargin=True, **(ticks | {"range": [size - 0.5, -0.5]} | (named if size <= NAMED else {"visible": False})))
    drawn.update_layout(height=min(820, max(220, 40 * size + 40)), margin={"l": 0, "r": 0, "t": 26, "b": 0}, hovermode="closest")
    return drawn


def cell(point: int, size: int) -> tuple[int, int] | None:
    """(row, column) of a point of the figure's second trace."""
    return divmod(point, size) if point < size * size else None
