"""Widgets from declared fields: one declaration in the engine, one widget here."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from engine.fields import Field

CHOICES_IN_VIEW = 5


def form(fields: Iterable[Field], prefix: str, *, defaults: Mapping[str, Any] | None = None, empty: str = "automatic",
         columns: int = 1) -> dict[str, Any]:
    """Draw every field; the advanced ones fold under "More". Returns {name: value}, None where a value was left empty.

    prefix: makes the widgets' keys unique, `{prefix}_{field.name}`; values stay when the reader changes pages.
    columns: how many of the plain fields stand side by side.
    """
    fields = list(fields)
    values: dict[str, Any] = {}
    places = st.columns(columns) if columns > 1 else [st.container()]
    for place, field in enumerate(field for field in fields if not field.advanced):
        with places[place % columns]:
            values[field.name] = widget(field, prefix, defaults=defaults, empty=empty)
    if advanced := [field for field in fields if field.advanced]:
        with st.expander("More", icon=":material/tune:"):
            halves = st.columns(2)
            for place, field in enumerate(advanced):
                with halves[place % 2]:
                    values[field.name] = widget(field, prefix, defaults=defaults, empty=empty)
    return {field.name: values[field.name] for field in fields}


def widget(field: Field, prefix: str, *, defaults: Mapping[str, Any] | None = None, empty: str = "automatic") -> Any:
    """One field's widget and its value. Kinds without a widget (image, pairs) are drawn by their own pages."""
    default = (defaults or {}).get(field.name, field.default)
    draw = _WIDGETS.get(field.kind)
    if draw is None:
        return default
    shared = {"key": f"{prefix}_{field.name}", "help": field.help or None, "persist_state": "session"}
    return draw(field, default, empty, shared)


def _text(field: Field, default: Any, empty: str, shared: dict[str, Any]) -> str | None:
    value = st.text_area(field.label, value=default or "", height=120, **shared)
    return value if value.strip() else (None if field.default is None else "")


def _labels(field: Field, default: Any, empty: str, shared: dict[str, Any]) -> list[str] | None:
    """Labels are typed one after the other; commas and new lines part them too, so that a list can be pasted."""
    default = list(default or [])
    chosen = st.multiselect(field.label, options=default, default=default or None, accept_new_options=True,
                            placeholder="Type a label and press Enter", **shared)
    parted = [part.strip() for text in chosen for part in text.replace("\n", ",").split(",")]
    return list(dict.fromkeys(part for part in parted if part)) or None


def _choice(field: Field, default: Any, empty: str, shared: dict[str, Any]) -> str | None:
    choices = list(field.choices)
    if len(choices) <= CHOICES_IN_VIEW:
        return st.segmented_control(field.label, choices, default=default, required=default is not None, **shared)
    return st.selectbox(field.label, choices, index=choices.index(default) if default in choices else None, **shared)


def _integer(field: Field, default: Any, empty: str, shared: dict[str, Any]) -> int | None:
    low, high = (None if bound is None else int(bound) for bound in (field.minimum, field.maximum))
    return st.number_input(field.label, min_value=low, max_value=high, value=default, step=1, placeholder=empty, **shared)


def _number(field: Field, default: Any, empty: str, shared: dict[str, Any]) -> float | None:
    low, high = (None if bound is None else float(bound) for bound in (field.minimum, field.maximum))
    value = None if default is None else float(default)
    return st.number_input(field.label, min_value=low, max_value=high, value=value, step=_step(value, high), format="%g",
                           placeholder=empty, **shared)


def _step(value: float | None, high: float | None) -> float:
    """What a press on + or - adds: a twentieth of a share, the value itself where it is tiny (a learning rate), else one."""
    if value and abs(value) < 0.01:
        return abs(value)
    return 0.05 if high is not None and high <= 1 else 1.0


def _switch(field: Field, default: Any, empty: str, shared: dict[str, Any]) -> bool:
    return st.toggle(field.label, value=bool(default), **shared)


_WIDGETS = {"text": _text, "labels": _labels, "choice": _choice, "integer": _integer, "number": _number, "switch": _switch}
