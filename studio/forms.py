"""Widgets from declared fields: one declaration in the engine, one widget here."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from engine.fields import Field
from engine.images import ENDINGS, MOST_BYTES
from studio import charts, images
from studio.state import peek, put

CHOICES_IN_VIEW = 5
LETTERS_IN_VIEW = 18  # of all choices together, in a third of the form


def form(fields: Iterable[Field], prefix: str, *, defaults: Mapping[str, Any] | None = None, empty: str = "automatic",
         columns: int = 1, several: bool = False) -> dict[str, Any]:
    """Draw every field; the advanced ones fold under "More". Returns {name: value}, None where a value was left empty.

    prefix: makes the widgets' keys unique, `{prefix}_{field.name}`; values stay when the reader changes pages.
    columns: how many of the plain fields stand side by side. several: texts and images are lists, a text on each line.
    """
    fields = list(fields)
    if several:
        return {field.name: _LISTS[field.kind](field, f"{prefix}_{field.name}") for field in fields}
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
    """One field's widget and its value."""
    default = (defaults or {}).get(field.name, field.default)
    draw = _WIDGETS[field.kind]
    shared = {"key": f"{prefix}_{field.name}", "help": field.help or None, "persist_state": "session"}
    return draw(field, default, empty, shared)


def _text(field: Field, default: Any, empty: str, shared: dict[str, Any]) -> str | None:
    if field.short:
        value = st.text_input(field.label, value=default or "", **shared)
    else:
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
    if len(choices) <= CHOICES_IN_VIEW and sum(map(len, choices)) <= LETTERS_IN_VIEW:
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


def fill(field: Field, prefix: str, value: Any) -> None:
    """Put a value into a field's widget before it is drawn: an example's, say."""
    key = f"{prefix}_{field.name}"
    if field.kind == "text" and isinstance(value, list):
        put(key, "\n".join(value))
    elif field.kind == "image":
        put(f"{key}_given", value)
        put(f"{key}_upload", peek(f"{key}_upload", 0) + 1)  # a new uploader, so that an earlier file does not win
    else:
        put(key, value)


def _image(field: Field, default: Any, empty: str, shared: dict[str, Any]) -> Any:
    """An uploaded file's bytes, or the image that `fill` gave, with its thumbnail."""
    key = shared["key"]
    uploaded = st.file_uploader(field.label, type=list(ENDINGS), key=f"{key}_{peek(f'{key}_upload', 0)}", help=field.help or None,
                                max_upload_size=MOST_BYTES // 1_000_000)
    if uploaded is not None:
        put(f"{key}_given", None)  # it would be back once the uploader is emptied, by another page, say
    value = images.Uploaded.of(uploaded) if uploaded is not None else peek(f"{key}_given") or default
    if value is not None:
        images.thumbnail(value)
    return value


def _pairs(field: Field, default: Any, empty: str, shared: dict[str, Any]) -> list[tuple[str, str]]:
    """What was asked and answered before, as a talk; the last pair or all can be taken back."""
    key = shared["key"]
    pairs = list(peek(key) or ())
    if not pairs:
        return []
    with st.container(border=True, gap="small"):
        st.caption(field.label, help=field.help or None)
        for question, answer in pairs:
            with st.chat_message("user", avatar=":material/help:"):
                st.text(question)
            with st.chat_message("assistant", avatar=":material/chat:"):
                st.text(answer)
        with st.container(horizontal=True):
            st.button("Take back the last", key=f"{key}_undo", icon=":material/undo:", on_click=put, args=(key, pairs[:-1]))
            st.button("Start over", key=f"{key}_clear", type="tertiary", on_click=put, args=(key, []))
    return pairs


def _texts(field: Field, key: str) -> list[str]:
    """A text on each line."""
    value = st.text_area(f"{field.label}s, one on each line", height=150, key=key, help=field.help or None, persist_state="session")
    return [line.strip() for line in value.splitlines() if line.strip()]


def _images(field: Field, key: str) -> list[Any]:
    """The bytes of several files, or what `fill` gave."""
    uploaded = st.file_uploader(f"{field.label}s", type=list(ENDINGS), key=f"{key}_{peek(f'{key}_upload', 0)}", help=field.help or None,
                                accept_multiple_files=True, max_upload_size=MOST_BYTES // 1_000_000)
    if uploaded:
        put(f"{key}_given", None)
    values = [images.Uploaded.of(file) for file in uploaded] if uploaded else list(peek(f"{key}_given") or [])
    with st.container(horizontal=True, gap="small"):
        for place, value in enumerate(values, start=1):
            images.thumbnail(value, charts.shorten(images.name_of(value, place), 16), most=96)
    return values


_LISTS = {"text": _texts, "image": _images}
_WIDGETS = {"image": _image, "pairs": _pairs, "text": _text, "labels": _labels, "choice": _choice, "integer": _integer, "number": _number,
            "switch": _switch}
