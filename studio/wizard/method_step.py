"""Step 4: which model is taught, and how. Each way with what it costs on this machine, measured in the background."""

import os
from collections.abc import Iterable
from typing import Any

import streamlit as st

from engine import data, words
from engine.fields import Field
from engine.training.methods import METHODS, Hardware, ModelInfo, choose
from engine.training.settings import Settings
from engine.training.ways import SPECIAL, WAYS, Way
from studio import forms, model_picker, resources
from studio.results_tables import plain
from studio.state import put, take
from studio.wizard import estimates, gallery
from studio.wizard import place as places
from studio.wizard.place import Place

OCTETS = 4  # of one weight, as models are kept
LAYERS = 10  # of a model to try a method's cut on
LABELS = {"auto": "Choose for me"} | {name: method.label for name, method in METHODS.items()}


def said(place: Place) -> str:
    changed = f", {words.plural(len(place.settings), 'setting')} of your own" if place.settings else ""
    chosen = " (chosen for you)" if place.method == "auto" else ""
    return f"{plain(place.chosen_model)}, {LABELS[choice(place)[0]].lower()}{chosen}{changed}"


def draw(place: Place) -> None:
    model = _model(place)
    method = _method(place)
    settings = _settings(place, method)
    onward = take("wizard_onward", False)
    if onward or (model, method, settings) != (place.chosen_model, place.method, place.settings):
        places.go(place, "train" if onward else None, model="" if model == place.task_class.start_model() else model, method=method,
                  settings=settings)
    # A callback: the press counts even where it comes together with a change that has to go into the address first.
    st.button("Go on to the start", key="wizard_method_next", type="primary", on_click=put, args=("wizard_onward", True))
    watch(place, offered(place))


def way(place: Place) -> Way:
    """How the chosen model learns the task."""
    found = next((choice.way for choice in model_picker.choices(place.task) if choice.name == place.chosen_model), "")
    return WAYS[found or "text labels"]


def offered(place: Place) -> list[str]:
    """The methods that make sense for the chosen model; nothing is chosen for the reader where there is but one."""
    methods = list(way(place).methods)
    return methods if len(methods) == 1 else ["auto", *methods]


def wanted(place: Place, method: str | None = None) -> dict[str, Any]:
    """The settings to train with: what the data's fixes ask for, then the reader's own."""
    return {**data.open_dataset(place.dataset).settings, **place.settings, "method": method or place.method}


def question(place: Place, method: str | None = None) -> estimates.Question:
    """What `place` would train, or the same with another method."""
    return estimates.Question.of(place.task, place.chosen_variant.name, place.dataset, place.chosen_model, wanted(place, method))


def watch(place: Place, methods: Iterable[str]) -> None:
    """While one of them is being measured: look every second, and draw the page anew once there is news."""
    waiting = [found for name in methods if estimates.ask(found := question(place, name)) is None]
    if waiting:
        st.fragment(_tick, run_every=1.0)(waiting, estimates.state_words())


def _tick(waiting: list[estimates.Question], said: str) -> None:
    answered = [estimates.ask(item) is not None for item in waiting]  # every question is asked again: one that nobody asks is dropped
    if any(answered) or said != estimates.state_words():
        st.rerun()


def choice(place: Place) -> tuple[str, str]:
    """The method that will be used and, where the reader left it open, why: from the measurement, before that from the sizes."""
    if place.method != "auto":
        return place.method, ""
    measured = estimates.known(question(place))
    if measured and measured.estimate:
        return measured.estimate.method, measured.estimate.why
    return _likely(place)


def _likely(place: Place) -> tuple[str, str]:
    report = resources.report(place.dataset, place.task, place.chosen_variant.name)
    size = next((offered.size_bytes for offered in model_picker.choices(place.task) if offered.name == place.chosen_model), None)
    # Whether it can be cut is seen once it is loaded.
    info = ModelInfo((size or 0) // OCTETS, 1, way(place).methods, way(place).best.get(place.chosen_variant.name))
    return choose(report.rows, len(report.classes), info, Hardware(cores=os.cpu_count() or 1))


def _model(place: Place) -> str:
    offered = {choice.name: choice for choice in model_picker.choices(place.task) if choice.way}
    names = list(offered) if place.chosen_model in offered else [place.chosen_model, *offered]
    chosen = st.selectbox("Model to start from", names, index=names.index(place.chosen_model), key="wizard_model",
                          format_func=lambda name: f"{name} · {offered[name].facts}" if name in offered else name,
                          help="A saved model of yours can be taught further.")
    if chosen in offered and offered[chosen].description:
        st.caption(" ".join([plain(offered[chosen].description), *([model_picker.FETCHED] if offered[chosen].kind == "hub" else [])]))
    return chosen or place.chosen_model


def _problem(place: Place) -> str:
    """What keeps the model from being trained in the chosen way; empty where nothing is known to."""
    measured = estimates.known(question(place))
    return measured.problem if measured else ""


def _method(place: Place) -> str:
    names = offered(place)
    if problem := _problem(place):
        measured = estimates.known(question(place))
        st.warning(plain(measured.hint if measured else ""), title=plain(problem), icon=":material/warning:")
    captions = [_caption(place, name) for name in names]
    index = names.index(place.method) if place.method in names else 0
    chosen = st.radio("What is trained", names, index=index, format_func=LABELS.__getitem__, captions=captions,
                      key="wizard_method")
    return chosen or place.method


def _caption(place: Place, name: str) -> str:
    if name == "auto":
        method, why = choice(places.changed(place, method="auto"))
        return f"{LABELS[method]}: {plain(why)}"
    measured = estimates.ask(question(place, name))
    if measured is None:
        return f"{METHODS[name].help} :material/hourglass_top: {estimates.state_words()}"
    if measured.estimate is None:
        own = measured.problem != _problem(place)  # one that every way has is said once, above
        return f"{METHODS[name].help} :material/info: {plain(measured.problem)}" if own else METHODS[name].help
    found = measured.estimate
    return f"{METHODS[name].help} **About {words.roughly(found.seconds)}, {words.size(found.memory_bytes)} of memory.**"


def _settings(place: Place, method: str) -> dict[str, Any]:
    """The form starts from what the method would take; what differs from that is the reader's own."""
    name = _likely(place)[0] if method == "auto" else method
    blank = Settings.of({**data.open_dataset(place.dataset).settings, "method": method})
    resolved = METHODS[name].resolve(blank, rows=_rows_to_learn_from(place), own=way(place).defaults.get(name)).to_dict()
    resolved |= {"cut": None, "batch_size": blank.batch_size}
    shown = {**resolved, **(place.settings if method == place.method else {})}
    st.markdown(f"**Settings** :small[:gray[as “{LABELS[name].lower()}” takes them; change what you like]]")
    with st.container(key="wizard_settings"):
        values = forms.form(_fields(name, way(place), blank), f"wizard_{method}_{name}", defaults=shown, columns=3)
    gallery.copies(place, values)
    return {name: value for name, value in values.items() if value is not None and value != resolved.get(name)}


def _rows_to_learn_from(place: Place) -> int:
    """About: the split keeps copies on one side, so that a few rows more or less are held back."""
    report = resources.report(place.dataset, place.task, place.chosen_variant.name)
    return round(report.rows * (1 - place.settings.get("validation_split", Settings().validation_split)))


def _fields(method: str, way: Way, given: Settings) -> list[Field]:
    """The settings that mean something for this method and this kind of model; a split that the data names is not asked for."""
    unused = {"method"} | (SPECIAL - way.uses) | ({"rank", "alpha", "targets"} if "rank" not in METHODS[method].defaults else set())
    if isinstance(given.validation_split, tuple):
        unused.add("validation_split")
    if METHODS[method].default_cut(LAYERS) in (0, LAYERS):
        unused.add("cut")
    return [field for field in Settings.declared() if field.name not in unused]
