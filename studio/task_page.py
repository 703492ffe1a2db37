"""The page of a task, read from its declaration: one item, or a whole file."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine import words
from engine.errors import StudioError
from engine.fields import Field
from engine.tasks import Task, task_class
from studio import answer_view, charts, file_tab, forms, model_facts, model_fetch, model_picker, resources
from studio.errors import Action, guard
from studio.frame import heading
from studio.state import peek, put, state, take

WHOLE_FILE = "A whole file"


@dataclass
class Answer:
    """The last answer of this tab, with what it was asked."""

    model: str
    inputs: dict[str, Any]
    options: dict[str, Any]
    answer: Any
    seconds: float


def show(name: str) -> None:
    """The whole page of the task of that name."""
    task = task_class(name)
    chip = heading(task.title, task.sentence, task.term)
    model = model_picker.chip(task.name, chip)
    noun = task.inputs[0].label.lower()
    tabs = f"{task.page}_tabs"
    if file_tab.is_asked_for() and peek(tabs) is None:
        put(tabs, WHOLE_FILE)
    single, file = st.tabs([f"One {noun}", WHOLE_FILE], key=tabs, on_change="rerun")
    if single.open:
        with single, guard():
            _single(task, model)
    if file.open:
        with file, guard():
            file_tab.show(task, model)


def _single(task: type[Task], model: str) -> None:
    prefix = f"ask_{task.page}"
    left, right = st.columns([1, 1], gap="large")
    with left:
        _examples(task, prefix)
        own = model_facts.own_labels(model)
        inputs = forms.form(task.inputs, prefix)
        options = forms.form(options_for(task, own), prefix)
        if own:
            _own_labels(own)
        asked = st.button("Answer", type="primary", icon=":material/play_arrow:", key=prefix) or take(f"{prefix}_now", False)
    with right, st.container(border=True, height="stretch", key=f"{prefix}_answer"):
        with guard(_way_out(task, model)):
            if model_fetch.ensure(model, asked, f"{prefix}_now"):
                state().answers.pop(task.name, None)
                state().answers[task.name] = _ask(task, model, inputs, options)
        _answer(task, prefix, model, inputs, options)


def _way_out(task: type[Task], model: str) -> Action | None:
    """A model that could not be read or fetched gives way to the one that comes with the studio."""
    if model == task.default_model or resources.is_loaded(model):
        return None
    return Action(f"Use {task.default_model}", model_picker.fall_back, (task.name,), icon=":material/undo:")


def options_for(task: type[Task], own: list[str] | None) -> list[Field]:
    """The options that the model takes: one with labels of its own is not asked for others."""
    return [field for field in task.options if not (own and field.kind == "labels")]


def _own_labels(labels: list[str]) -> None:
    shown = ", ".join(charts.shorten(label, 40) for label in labels[:12])
    rest = f" and {words.number(len(labels) - 12)} more" if len(labels) > 12 else ""
    with st.container(gap=None):
        st.caption(f"This model sorts into its own {words.plural(len(labels), 'label')}:")
        st.text(shown + rest)


def _examples(task: type[Task], prefix: str) -> None:
    if not task.examples:
        return
    st.caption("Try an example")
    with st.container(horizontal=True, gap="small"):
        for number, example in enumerate(task.examples, start=1):
            text = next((value for value in example.values() if isinstance(value, str)), f"Example {number}")
            st.button(_start_of(text), key=f"{prefix}_example_{number}", help=text, on_click=_fill, args=(prefix, example))


def _fill(prefix: str, example: Mapping[str, Any]) -> None:
    """Put the example into the widgets and answer it at once."""
    for name, value in example.items():
        put(f"{prefix}_{name}", value)
    put(f"{prefix}_now", True)


def _start_of(text: str, most: int = 24) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]}…"


def _ask(task: type[Task], model: str, inputs: dict[str, Any], options: dict[str, Any]) -> Answer:
    for field in task.inputs:
        if field.required and not inputs.get(field.name):
            raise StudioError(f"{field.label} is missing.", f"Type or paste a {field.label.lower()}, or try one of the examples.")
    loaded = resources.is_loaded(model)
    with st.spinner("Answering" if loaded else f"Reading the model {model} for the first time, a few seconds", show_time=not loaded):
        ready = resources.task(task.name, model)
        started = time.monotonic()
        answer = ready.answer([inputs], **options)[0]
    return Answer(model, inputs, options, answer, time.monotonic() - started)


def _answer(task: type[Task], prefix: str, model: str, inputs: dict[str, Any], options: dict[str, Any]) -> None:
    found: Answer | None = state().answers.get(task.name)
    if found is None:
        st.markdown(f":gray[The answer will stand here. Type a {task.inputs[0].label.lower()} or try an example, then press Answer.]")
        return
    if (found.model, found.inputs, found.options) != (model, inputs, options):
        st.caption(":material/history: The answer to what was asked before; press Answer for a new one.")
    independent = isinstance(found.answer, dict) and model_facts.independent(found.model)
    answer_view.show(found.answer, prefix, independent)
    said = f"{found.model} · {words.duration(found.seconds)}"
    st.caption(f"{said} · each label is judged for itself, so the shares need not add up to 100%" if independent else said)
    answer_view.for_developers(task, found.model, found.inputs, found.options, found.answer, prefix)
