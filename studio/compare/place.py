"""What is compared and where the reader looks. It lives in the address, so that a reload, a second tab and the back button find it again.

The model stands there too; the chip at the page's top right writes it.
"""

import json
from dataclasses import dataclass, field, fields, replace
from typing import Any

import streamlit as st

from engine.tasks import TASKS, Task
from studio.state import state

TABS = ("Map", "Search", "Near-duplicates", "Outliers", "Matrix", "Pair", "Two models")
LONGEST = 300  # letters of what is looked for
MODEL, COLUMN, FILE = "model", "column", "file"  # where vectors come from


@dataclass(frozen=True)
class Place:
    """dataset names what is on disk; task and columns ({input: column}) how it becomes vectors, empty where the guess holds; ready: the
    reader wants them computed. pair: two row numbers of the file. asked: the text that is looked for. other: the second model.

    vectors: "model", or "column:" or "file:" with which of those that were brought in; empty where the guess holds.
    """

    dataset: str = ""
    task: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    ready: bool = False
    tab: str = TABS[0]
    pair: tuple[int, ...] = ()
    asked: str = ""
    other: str = ""
    vectors: str = ""

    @property
    def task_class(self) -> type[Task]:
        return TASKS[self.task]

    @property
    def brought(self) -> bool:
        """Whether the vectors were computed elsewhere, so that no model is asked."""
        return self.vectors.startswith((f"{COLUMN}:", f"{FILE}:"))


def vector_tasks() -> list[type[Task]]:
    """The tasks whose answers can be compared."""
    return [task for task in TASKS.values() if task.answer_kind == "vector"]


def read() -> Place:
    """The place that the address names; what it names wrongly is left out. Without one, where this tab was last."""
    query = st.query_params.to_dict()
    if not any(name in query for name in _NAMES):
        query = {**state().compare, **query}
    task = query.get("task", "")
    tab = query.get("tab", TABS[0])
    return Place(query.get("dataset", ""), task if task in {one.name for one in vector_tasks()} else "", _columns(query.get("columns", "")),
                 query.get("ready") == "1", tab if tab in TABS else TABS[0], _pair(query.get("pair", "")), query.get("asked", "")[:LONGEST],
                 query.get("other", ""), query.get("vectors", ""))


def address(place: Place) -> dict[str, str]:
    """The place as a query; what is usual does not stand in it."""
    return {name: _text(value) for name in _NAMES if (value := getattr(place, name)) != _DEFAULTS[name]}


def write(place: Place) -> None:
    """Put the place into the address and remember it for this tab."""
    texts = address(place)
    state().compare = texts
    kept = {name: value for name, value in st.query_params.to_dict().items() if name not in _NAMES}
    if st.query_params.to_dict() != {**kept, **texts}:
        st.query_params.from_dict({**kept, **texts})


def change(**changes: Any) -> None:
    """Write the place of the address with its changes; for callbacks, and for what a tab remembers."""
    write(replace(read(), **changes))


def go(place: Place) -> None:
    """Write the place and draw the page anew; never returns."""
    write(place)
    st.rerun()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _columns(text: str) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _pair(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    return tuple(int(part) for part in parts[:2] if part.isdigit() and len(part) < 12)


_NAMES = tuple(item.name for item in fields(Place))
_DEFAULTS = {name: getattr(Place(), name) for name in _NAMES}
