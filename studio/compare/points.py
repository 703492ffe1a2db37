"""Many points, drawn in the browser: the reader chooses some of them, and the pointer shows what one is.

`st.plotly_chart` would send a text for each point, build everything anew at each colouring, and answer a choice with all that is known of
each point. This component sends numbers as they lie in memory, and a telling only of the point that is pointed at.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from studio import plotly_component, server
from studio.state import peek


@dataclass(frozen=True)
class Layer:
    """Points of one kind, count of them. named: whether they stand in the legend before those that are not; scaled: they are coloured by
    their values; hollow: drawn as rings."""

    label: str
    colour: str
    count: int
    named: bool = True
    scaled: bool = False
    hollow: bool = False


@dataclass(frozen=True)
class Name:
    """A word on the map."""

    x: float
    y: float
    text: str
    colour: str


@dataclass(frozen=True)
class Scale:
    """What values are shown by, from low to high; what lies beyond has the colours of the ends."""

    title: str
    low: float
    high: float
    colours: Sequence[str]


@dataclass(frozen=True)
class Cloud:
    """places (N, 2) of the points, items (N,) what each of them is, values (N,) of those that are scaled: all of them layer by layer, the
    first below."""

    places: Any
    items: Any
    layers: Sequence[Layer]
    names: Sequence[Name] = ()
    values: Any = None
    scale: Scale | None = None

    def table(self) -> pa.Table:
        """Four bytes a number, which the browser reads without parsing."""
        columns = {"x": self.places[:, 0], "y": self.places[:, 1], "item": self.items}
        kinds = {"item": np.uint32}
        if self.values is not None:
            columns["value"] = self.values
        return pa.table({name: np.ascontiguousarray(column, kinds.get(name, np.float32)) for name, column in columns.items()})


def draw(cloud: Cloud, *, key: str, alt: str, version: str, view: str, tells: str, chosen: Sequence[int], height: int,
         on_pick: Callable[[], Any]) -> None:
    """Draw, or draw anew where the version changed; the reader's zoom is kept while the view is the same.

    tells: the address of `server.tells`, by items. chosen: the items that stand out. on_pick: called when the reader chose; see `picked`.
    """
    count = len(cloud.items)
    plotly_component.component("points")(key=key, height=height, on_picked_change=on_pick, data={
        "library": server.plotly_address(), "tells": tells, "alt": alt, "version": version, "view": view,
        "height": height, "size": 9 if count <= 300 else 6 if count <= 3_000 else 3.5, "opacity": 0.85 if count <= 3_000 else 0.55,
        "points": cloud.table(), "chosen": pa.table({"item": np.array(chosen, dtype=np.uint32)}),
        "layers": [asdict(layer) for layer in cloud.layers], "names": [asdict(name) for name in cloud.names],
        "scale": {**asdict(cloud.scale), "colours": list(cloud.scale.colours)} if cloud.scale else None})


def picked(key: str, most: int) -> list[int]:
    """The items that the reader chose just now, in a callback of the component of that key. most: how many items there are."""
    found = (peek(key) or {}).get("picked")
    return sorted({item for item in found if isinstance(item, int) and 0 <= item < most}) if isinstance(found, list) else []
