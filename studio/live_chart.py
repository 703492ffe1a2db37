"""A chart whose data grows while it is looked at: the node stays, so nothing flickers and the reader's zoom is kept.

`st.plotly_chart` builds its whole figure anew at each change. This component calls `Plotly.react` on one node instead, with the
plotly.min.js that comes inside the plotly package, served by `studio.server`; nothing is fetched from elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studio import charts, plotly_component, server

MOST_POINTS = 1500


@dataclass(frozen=True)
class Curve:
    """One line. points: (x, y) in the order of x. role: a key of `charts.PALETTE`, which gives the colour."""

    name: str
    points: Sequence[tuple[float, float]]
    role: str = "ours"
    width: float = 2.0
    dash: str = "solid"
    markers: bool = False


@dataclass(frozen=True)
class Mark:
    """An upright line with a word, such as the best epoch."""

    x: float
    label: str


def live_chart(curves: Sequence[Curve], *, key: str, alt: str, x_title: str = "", y_title: str = "", marks: Sequence[Mark] = (),
               height: int = 300, y_format: str = "", waiting: str = "The first points are on their way.") -> None:
    """Draw or update. y_format: a d3 format such as ".0%". waiting: said while there is no point yet."""
    plotly_component.component("live_chart")(key=key, height=height, data={
        "library": server.plotly_address(), "height": height, "alt": alt, "xTitle": x_title, "yTitle": y_title, "yFormat": y_format,
        "waiting": waiting, "marks": [{"x": mark.x, "label": mark.label} for mark in marks],
        "curves": [_told(curve) for curve in curves]})


def thin(points: Sequence[tuple[float, float]], most: int = MOST_POINTS) -> list[tuple[float, float]]:
    """At most so many points: of each stretch the lowest and the highest, so that no peak is lost."""
    if len(points) <= most:
        return list(points)
    width = len(points) / (most // 2 - 1)
    kept = {0, len(points) - 1}
    for stretch in range(most // 2 - 1):
        inside = range(int(stretch * width), min(len(points), int((stretch + 1) * width)))
        kept.update((min(inside, key=lambda place: points[place][1]), max(inside, key=lambda place: points[place][1])))
    return [points[place] for place in sorted(kept)]


def _told(curve: Curve) -> dict[str, Any]:
    points = thin([point for point in curve.points if point[1] == point[1]])
    return {"name": curve.name, "x": [x for x, _ in points], "y": [y for _, y in points], "colour": charts.PALETTE[curve.role],
            "width": curve.width, "dash": curve.dash, "mode": "lines+markers" if curve.markers or len(points) == 1 else "lines"}

