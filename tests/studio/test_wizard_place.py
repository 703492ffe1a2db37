"""The wizard's place is the address: written and read back, and never believed blindly."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from studio.wizard.place import STEPS, Place


def shown(**query: str) -> dict[str, Any]:
    """What the wizard reads from an address, and the address that it writes in its stead."""

    def script() -> None:
        import streamlit as st

        from studio.wizard import place

        here = place.read()
        place.write(here)
        st.json(vars(here))

    at = AppTest.from_function(script)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return {"place": json.loads(at.json[0].value), "query": dict(at.query_params)}


def test_an_address_is_read_and_written_back_as_it_is() -> None:
    query = {"step": "train", "task": "text-classification", "dataset": "0123456789abcdef", "model": "mine", "method": "head",
             "variant": "multi_label", "settings": '{"epochs": 3}', "name": "first try", "source": "Bundled sample"}
    found = shown(**query)
    assert found["query"] == query
    assert found["place"] == {**query, "settings": {"epochs": 3}}


def test_without_an_address_it_begins_at_the_task() -> None:
    assert shown()["place"] == vars(Place())


def test_what_the_address_names_wrongly_is_left_out() -> None:
    found = shown(step="nowhere", task="text-classification", variant="none", settings='{"epochs": -1}', method="magic")["place"]
    assert found == {**vars(Place()), "task": "text-classification", "step": "data"}


def test_a_step_that_needs_data_falls_back_to_the_data_step() -> None:
    assert shown(step="train", task="text-classification")["place"] == {**vars(Place()), "task": "text-classification", "step": "data"}


def test_other_things_in_the_address_stay() -> None:
    assert shown(task="text-classification", other="x")["query"]["other"] == "x"


def test_a_step_is_reached_when_it_is_open_or_behind() -> None:
    place = Place(step="check")
    assert [step for step in STEPS if place.reached(step)] == ["task", "data", "check"]
