"""Step 5: a name, and the button that says what it starts."""

from pathlib import PurePath
from typing import Any

import streamlit as st

from engine import data, runs, words
from engine.training.methods import METHODS
from studio import navigation, resources
from studio.wizard import estimates, method_step
from studio.wizard import place as places
from studio.wizard.place import Place


def said(place: Place) -> str:
    return "started"


def draw(place: Place) -> None:
    dataset = data.open_dataset(place.dataset)
    suggested = suggested_name(place, dataset)
    name = st.text_input("Name of this run", value=place.name or suggested, key="wizard_name", max_chars=places.LONGEST_NAME).strip()
    place = places.changed(place, name="" if name == suggested else name)
    places.write(place)
    st.caption("It trains in the background: close the tab if you like. Its curves and results are kept until you delete it.")
    report = resources.report(place.dataset, place.task, place.chosen_variant.name)
    if st.button(button_label(place, report.rows), key="wizard_start", type="primary", icon=":material/model_training:"):
        measured = estimates.known(method_step.question(place))
        with st.spinner("Putting it into the queue"):
            run = runs.start(place.task, model=place.chosen_model, variant=place.chosen_variant.name, name=name or None,
                             dataset=place.dataset, estimate=measured.estimate if measured else None, **method_step.wanted(place))
        navigation.go("runs", run=run)
    ladder(place, name)
    method_step.watch(place, [place.method])


def ladder(place: Place, name: str) -> None:
    """Every way, from the quickest to the longest, as runs of their own on the same split; the reader stops when it is enough."""
    methods = method_step.way(place).methods
    if len(methods) < 2:
        return
    labels = [METHODS[method].label.lower() for method in methods]
    said = f"{', then '.join(labels)}: each as a run of its own on the same rows. Stop when it is enough."
    pressed = st.button("Try every way, one after another", key="wizard_ladder", icon=":material/stairs:", help=said)
    if pressed:
        with st.spinner("Putting them into the queue"):
            started = [runs.start(place.task, model=place.chosen_model, variant=place.chosen_variant.name, dataset=place.dataset,
                                  name=f"{name or place.task_class.title}: {METHODS[method].label.lower()}",
                                  **{**_shared(method_step.wanted(place)), "method": method}) for method in methods]
        navigation.go("runs", compare=",".join(started))


def _shared(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings that mean the same for every way; a learning rate that suits one is wrong for the others."""
    return {name: value for name, value in settings.items() if name in ("validation_split", "seed", "class_weights", "augmentation",
                                                                        "copies", "mirrored", "ramped", "max_length", "precision")}


def button_label(place: Place, rows: int) -> str:
    """Train on 9,421 rows · about 40 s"""
    measured = estimates.ask(method_step.question(place))
    label = f"Train on {words.plural(rows, 'row')}"
    return f"{label} · about {words.roughly(measured.estimate.seconds)}" if measured and measured.estimate else label


def suggested_name(place: Place, dataset: "data.Dataset") -> str:
    """The file's name and the method's, such as "train, upper layers"."""
    stem = PurePath(dataset.name).stem or "data"
    return f"{stem}, {METHODS[method_step.choice(place)[0]].label.lower()}"
