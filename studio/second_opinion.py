"""Under an answer: what another model that is here says to the very same, for comparing."""

import time
from typing import Any

import streamlit as st

from engine.tasks import Task
from studio import answer_view, model_facts, model_fetch, model_picker, resources
from studio.errors import guard
from studio.exchange import Exchange
from studio.results_tables import plain
from studio.state import take

MOST = 3  # other models that are offered


def show(task: type[Task], found: Exchange, key: str) -> None:
    """Buttons for the other models, and the answer of the one that was asked last."""
    others = [choice for choice in model_picker.choices(task.name) if choice.kind != "hub" and choice.name != found.model][:MOST]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = [choice.name for choice in others
                   if st.button(f"Compare with {plain(choice.name)}", key=f"{key}_second_{choice.name}", icon=":material/compare_arrows:",
                                help=plain(choice.description) or None)]
    for choice in others:
        again = f"{key}_second_{choice.name}_now"
        with guard():
            if model_fetch.ensure(choice.name, take(again, False) or choice.name in pressed, again):
                found.second = _ask(task, found, choice.name)
    if found.second:
        with st.container(border=True, key=f"{key}_second"):
            answer_view.show(task, found.second, f"{key}_second")


def _ask(task: type[Task], first: Exchange, model: str) -> Exchange:
    """The same rows with the options that this model takes too."""
    options = options_of(task, first, model)
    with st.spinner("Answering" if resources.is_loaded(model) else f"Reading the model {model} for the first time, a few seconds"):
        ready = resources.task(task.name, model)
        began = time.monotonic()
        return Exchange(model, first.rows, options, ready.answer(first.rows, **options), time.monotonic() - began)


def options_of(task: type[Task], first: Exchange, model: str) -> dict[str, Any]:
    """What the first was asked with, where this model takes it; labels that the first one has of its own are asked of this one."""
    options = {}
    for field in model_facts.options(task, model):
        given = first.options.get(field.name)
        own = model_facts.own_labels(first.model) if field.kind == "labels" else None
        options[field.name] = given if given is not None else own or field.default
    return options
