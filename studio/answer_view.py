"""An answer, seen first as a picture, then as text to copy, then as JSON with the line of Python that gives the same."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine import words
from engine.tasks import Task
from studio import charts
from studio.answer_table import as_json

COPIED = 20  # labels in the text to copy
LONG = 14  # lines of JSON that are shown without scrolling


def show(answer: Any, key: str, independent: bool = False) -> None:
    """The picture and the text to copy. independent: each probability stands for itself, so a line marks the middle."""
    answer = as_json(answer)
    if isinstance(answer, Mapping):
        charts.probabilities(answer, key=f"{key}_bars", threshold=0.5 if independent else None)
    elif _is_vector(answer):
        st.line_chart(answer, height=180, alt=f"The {len(answer)} numbers of the vector, in order.")
    st.code(as_text(answer), language=None, wrap_lines=True)


def as_text(answer: Any) -> str:
    """The answer as somebody would paste it into a message."""
    if isinstance(answer, Mapping):
        ranked = sorted(answer.items(), key=lambda item: -item[1])[:COPIED]
        return "\n".join(f"{label} {words.percent(share)}" for label, share in ranked)
    if _is_vector(answer):
        return ", ".join(f"{value:.4f}" for value in answer)
    return "\n".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def for_developers(task: type[Task], model: str, inputs: Mapping[str, Any], options: Mapping[str, Any], answer: Any, key: str) -> None:
    """Folded: the JSON and the line of Python that gives the same answer."""
    with st.expander("For developers", icon=":material/code:", key=f"{key}_developers"):
        st.code(python_line(task, model, inputs, options), language="python", wrap_lines=True)
        text = json.dumps(as_json(answer), ensure_ascii=False, indent=2)
        st.code(text, language="json", height="content" if text.count("\n") < LONG else 300, wrap_lines=True)


def python_line(task: type[Task], model: str, inputs: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """A call of the task with everything that differs from its defaults."""
    defaults = {field.name: field.default for field in (*task.inputs, *task.options)}
    given = [repr(value) if field.required else f"{field.name}={value!r}" for field in task.inputs
             if (value := inputs.get(field.name)) is not None]
    given += [f"{name}={value!r}" for name, value in options.items() if value != defaults.get(name)]
    chosen = "" if model == task.default_model else repr(model)
    return f"from engine import {task.__name__}\n\n{task.__name__}({chosen})({', '.join(given)})"


def _is_vector(answer: Any) -> bool:
    return isinstance(answer, list) and bool(answer) and all(isinstance(value, int | float) for value in answer)
