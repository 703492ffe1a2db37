"""What every step has: a head, and once it is finished one line that says what was decided, with "Change"."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from studio.errors import guard
from studio.wizard import place as places
from studio.wizard.place import STEPS, Place


@dataclass(frozen=True)
class Step:
    """One of the five. `said` tells in one line what was decided; `draw` is the open step."""

    name: str
    title: str
    said: Callable[[Place], str]
    draw: Callable[[Place], None]


def show(step: Step, place: Place) -> None:
    """Open, folded to one line, or still to come."""
    number = STEPS.index(step.name) + 1
    if step.name == place.step:
        with st.container(border=True, key=f"wizard_step_{step.name}"):
            st.subheader(f"{number}. {step.title}", anchor=False)
            with guard():
                step.draw(place)
    elif place.reached(step.name):
        _folded(step, place, number)
    else:
        with st.container(key=f"wizard_later_{step.name}"):
            st.markdown(f":gray[{number}. {step.title}]")


def _folded(step: Step, place: Place, number: int) -> None:
    with st.container(border=True, key=f"wizard_done_{step.name}", horizontal=True, vertical_alignment="center", wrap=False):
        with st.container(), guard():
            st.markdown(f":material/check_circle: **{number}. {step.title}** · {step.said(place)}")
        st.button("Change", key=f"wizard_change_{step.name}", type="tertiary", icon=":material/edit:", on_click=_change,
                  args=(step.name, place))


def _change(name: str, place: Place) -> None:
    places.write(places.changed(place, step=name))
