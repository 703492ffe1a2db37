"""Step 4: which model is taught, and how. Each way with what it costs on this machine, measured in the background."""

from typing import Any

import streamlit as st

from engine import words
from engine.training.methods import METHODS
from engine.training.settings import Settings
from studio import forms, model_picker
from studio.results_tables import plain
from studio.wizard import estimates
from studio.wizard import place as places
from studio.wizard.place import Place

LABELS = {"auto": "Choose for me"} | {name: method.label for name, method in METHODS.items()}
KEYS = ("method",)


def said(place: Place) -> str:
    changed = f", {words.plural(len(place.settings), 'setting')} of your own" if place.settings else ""
    return f"{plain(place.chosen_model)}, {LABELS[place.method].lower()}{changed}"


def draw(place: Place) -> None:
    model = _model(place)
    method = _method(place)
    settings = _settings(place, method)
    if (model, method, settings) != (place.chosen_model, place.method, place.settings):
        places.go(place, model="" if model == place.task_class.default_model else model, method=method, settings=settings)
    if st.button("Go on", key="wizard_method_next", type="primary"):
        places.go(place, "train")
    watch(place)


def question(place: Place, method: str | None = None) -> estimates.Question:
    """What `place` would train, or the same with another method."""
    chosen = {**place.settings, "method": method or place.method}
    return estimates.Question.of(place.task, place.chosen_variant.name, place.dataset, place.chosen_model, chosen)


def watch(place: Place) -> None:
    """While something is being measured: look every second, and draw the page anew once there is news."""
    waiting = [name for name in LABELS if estimates.ask(question(place, name)) is None]
    if waiting:
        st.fragment(_tick, run_every=1.0)([question(place, name) for name in waiting], estimates.progress())


def _tick(waiting: list[estimates.Question], seen: int) -> None:
    still = [item for item in waiting if estimates.ask(item) is None]
    if len(still) < len(waiting):
        st.rerun()


def _model(place: Place) -> str:
    offered = {choice.name: choice for choice in model_picker.choices(place.task)}
    names = list(offered) if place.chosen_model in offered else [place.chosen_model, *offered]
    return st.selectbox("Model to start from", names, index=names.index(place.chosen_model), key="wizard_model",
                        format_func=lambda name: f"{name} · {offered[name].facts}" if name in offered else name,
                        help="A saved model of yours can be taught further.")


def _method(place: Place) -> str:
    names = list(LABELS)
    captions = [_caption(place, name) for name in names]
    chosen = st.radio("What is trained", names, index=names.index(place.method), format_func=LABELS.__getitem__, captions=captions,
                      key="wizard_method")
    return chosen or place.method


def _caption(place: Place, name: str) -> str:
    measured = estimates.ask(question(place, name))
    help = METHODS[name].help if name in METHODS else "Picks by your rows, the model and this machine."
    if measured is None:
        return f"{help} :gray[:material/hourglass_top: measuring]"
    if measured.estimate is None:
        return f"{help} :gray[:material/info: {plain(measured.problem)}]"
    found = measured.estimate
    if name == "auto":
        help = f"{LABELS[found.method]}: {plain(found.why)}" if found.method in LABELS else help
    return f"{help} **About {words.duration(found.seconds)}, {words.size(found.memory_bytes)} of memory.**"


def _settings(place: Place, method: str) -> dict[str, Any]:
    """The form starts from what the method would take; what differs from that is the reader's own."""
    resolved = resolved_settings(place, method).to_dict()
    fields = [field for field in Settings.declared() if field.name not in KEYS]
    shown = {**resolved, **place.settings}
    with st.container(key="wizard_settings"):
        values = forms.form(fields, f"wizard_{method}", defaults=shown)
    return {name: value for name, value in values.items() if value != resolved.get(name) and value is not None}


def resolved_settings(place: Place, method: str) -> Settings:
    """Every setting as the method would take it; for "auto" of the method that was measured as its choice."""
    measured = estimates.known(question(place, "auto"))
    name = measured.estimate.method if method == "auto" and measured and measured.estimate else method
    blank = Settings.of({"method": method})
    return METHODS[name].resolve(blank) if name in METHODS else blank
