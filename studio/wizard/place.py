"""Where the reader is in the wizard. It lives in the address, so that a reload, a second tab and the back button find it again."""

import json
from dataclasses import dataclass, field, fields, replace
from typing import Any

import streamlit as st

from engine.errors import StudioError
from engine.tasks import TASKS, Task, Variant
from engine.training.settings import Settings
from studio.state import state

STEPS = ("task", "data", "check", "method", "train")
LONGEST_NAME = 100


@dataclass(frozen=True)
class Place:
    """What was decided so far. `settings` holds only what the reader changed; `dataset` names what is on disk.

    source: where the rows shall come from, while there are none. name: what the reader calls the run, where it is not the suggestion.
    """

    step: str = "task"
    task: str = ""
    variant: str = ""
    dataset: str = ""
    model: str = ""
    method: str = "auto"
    settings: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    name: str = ""

    @property
    def task_class(self) -> type[Task]:
        return TASKS[self.task]

    @property
    def chosen_variant(self) -> Variant:
        return self.task_class.variant(self.variant or None)

    @property
    def chosen_model(self) -> str:
        return self.model or self.task_class.start_model()

    @property
    def chosen_settings(self) -> Settings:
        return Settings.of({"method": self.method, **self.settings})

    def reached(self, step: str) -> bool:
        """Whether the step is open now or lies behind."""
        return STEPS.index(step) <= STEPS.index(self.step)


def read() -> Place:
    """The place that the address names; what it names wrongly is left out. Without one, where this tab was last."""
    query = st.query_params.to_dict()
    if not any(name in query for name in _NAMES):
        query = {**state().wizard, **query}
    step, task = query.get("step", STEPS[0]), query.get("task", "")
    if task not in TASKS:
        return Place()
    variant = query.get("variant", "")
    known = [item.name for item in TASKS[task].variants]
    place = Place(step if step in STEPS else "data", task, variant if variant in known else "", query.get("dataset", ""),
                  query.get("model", ""), query.get("method", "auto"), _settings(query.get("settings", "")),
                  query.get("source", ""), query.get("name", "")[:LONGEST_NAME])
    if not _settings_hold(place):
        place = replace(place, method="auto", settings={})
    return replace(place, step="data") if not place.dataset and STEPS.index(place.step) > 1 else place


def write(place: Place) -> None:
    """Put the place into the address and remember it for this tab."""
    wanted = {item.name: getattr(place, item.name) for item in fields(Place)}
    texts = {name: json.dumps(value) if isinstance(value, dict) else str(value) for name, value in wanted.items()
             if value != _DEFAULTS[name]}
    state().wizard = texts
    kept = {name: value for name, value in st.query_params.to_dict().items() if name not in _NAMES}
    if st.query_params.to_dict() != {**kept, **texts}:
        st.query_params.from_dict({**kept, **texts})


def changed(place: Place, **changes: Any) -> Place:
    """The place with its changes."""
    return replace(place, **changes)


def go(place: Place, step: str | None = None, **changes: Any) -> None:
    """Write the place with its changes and draw the page anew; never returns."""
    write(replace(place, step=step or place.step, **changes))
    st.rerun()


def _settings(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text or "{}")
    except ValueError:
        return {}
    return {name: value for name, value in values.items() if name != "method"} if isinstance(values, dict) else {}


def _settings_hold(place: Place) -> bool:
    """Whether the address holds settings that there are, with values that they take."""
    try:
        return bool(place.chosen_settings)
    except StudioError:
        return False


_NAMES = tuple(item.name for item in fields(Place))
_DEFAULTS = {name: getattr(Place(), name) for name in _NAMES}
