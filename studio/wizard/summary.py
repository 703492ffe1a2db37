"""The card beside the steps: what will happen, as far as it is decided."""

import streamlit as st

from engine import data, words
from engine.errors import StudioError
from studio import resources
from studio.results_tables import plain
from studio.wizard import estimates, method_step
from studio.wizard.place import Place

OPEN = ":gray[not yet chosen]"


def show(place: Place) -> None:
    """Rows used, classes, model, method, time, memory, and what will be saved."""
    with st.container(border=True, key="wizard_summary", gap="small"):
        st.markdown("**What will happen**")
        for label, value in lines(place):
            st.markdown(f":small[:gray[{label}]]  \n{value}")


def lines(place: Place) -> list[tuple[str, str]]:
    """(what, how it stands) in the order of the steps."""
    task = f"{place.task_class.title}, {place.chosen_variant.label.lower()}" if place.task else OPEN
    found = [("Task", task), *_data(place)]
    if place.reached("method"):
        found.append(("Model", plain(place.chosen_model)))
        found += _cost(place)
    found.append(("Kept", "The run with its curves and results. The model itself when you press Save on the run's page."
                          if place.reached("method") else "Your upload, unchanged. It stays on this machine."))
    return found


def _data(place: Place) -> list[tuple[str, str]]:
    if not place.dataset:
        return [("Data", OPEN)]
    try:
        dataset = data.open_dataset(place.dataset)
        name = [("Data", plain(dataset.name))]
        if not place.reached("check"):
            return name
        report = resources.report(place.dataset, place.task, place.chosen_variant.name)
    except StudioError:
        return [("Data", OPEN)]
    if not report.ready:
        return [*name, ("Rows", f"{words.number(report.rows)}, which cannot be learned from yet: see the check")]
    share = method_step.wanted(place).get("validation_split", 0.15)
    if isinstance(share, tuple):
        learnt, held = map(len, share)
        rows = f"{words.number(learnt)} to learn from, {words.number(held)} to measure on, as the folders say"
    else:
        held = round(report.rows * share)
        rows = f"{words.number(report.rows - held)} to learn from, about {words.number(held)} held back to measure on"
    return [*name, ("Rows", rows), *([("Classes", words.number(len(report.classes)))] if report.classes else [])]


def _cost(place: Place) -> list[tuple[str, str]]:
    name = method_step.LABELS[method_step.choice(place)[0]]
    method = ("Method", f"{name} :gray[(chosen for you)]" if place.method == "auto" else name)
    measured = estimates.known(method_step.question(place))
    if measured is None:
        return [method, ("Time and memory", f":gray[:material/hourglass_top: {estimates.state_words()}]")]
    if measured.estimate is None:
        return [method, ("Time and memory", ":gray[not known, see the warning]" if place.step == "method" else plain(measured.problem))]
    found = measured.estimate
    between = f"{words.roughly(found.seconds_low)} to {words.roughly(found.seconds_high)}"
    time = f"about {words.roughly(found.seconds)} :gray[({between})]"
    return [method, ("Time", time), ("Memory", f"about {words.size(found.memory_bytes)}")]
