"""All session state in one dataclass; the only module that touches `st.session_state`.

A session is one browser tab. What must outlive it is in the database or in the address (`?run=…`), never only here.
"""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

_KEY = "studio"


@dataclass
class State:
    """One tab's choices. `models` and `answers` are by task name; `wizard` and `compare` are the last addresses of the finetune wizard
    and of the page Compare."""

    models: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, Any] = field(default_factory=dict)
    wizard: dict[str, str] = field(default_factory=dict)
    compare: dict[str, str] = field(default_factory=dict)
    run: str | None = None
    card: str | None = None
    toasts: list[str] = field(default_factory=list)


def state() -> State:
    """This tab's state, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = State()
    return st.session_state[_KEY]


def put(key: str, value: Any) -> None:
    """Set a widget's value; call it in a callback, or before the widget is drawn in this run."""
    st.session_state[key] = value


def peek(key: str, default: Any = None) -> Any:
    """A widget's value by key, as a callback needs it."""
    return st.session_state.get(key, default)


def take(key: str, default: Any = None) -> Any:
    """A value that counts once: read and dropped."""
    return st.session_state.pop(key, default)


def forget(*keys: str) -> None:
    """Drop widgets' values, so that they start from their defaults again."""
    for key in keys:
        st.session_state.pop(key, None)


def toast(message: str) -> None:
    """Say something that survives the rerun or page change that follows; the frame shows it once."""
    state().toasts.append(message)


def show_toasts() -> None:
    """Show and forget what `toast` was told."""
    for message in state().toasts:
        st.toast(message, icon=":material/check:")
    state().toasts.clear()
