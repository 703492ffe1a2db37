"""Where the reader is on the page Compare: written into an address and read from it."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from studio.compare.place import Place


def script() -> None:
    import streamlit as st

    from studio.compare import place as places

    place = places.read()
    st.json({"dataset": place.dataset, "task": place.task, "columns": place.columns, "ready": place.ready, "tab": place.tab,
             "pair": list(place.pair), "asked": place.asked})
    places.write(place)


def read(**query: str) -> tuple[dict[str, Any], dict[str, str]]:
    import json

    at = AppTest.from_function(script)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    address = {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}
    return json.loads(at.json[0].value), address


WHOLE = {"dataset": "0123456789abcdef", "task": "text-vectorisation", "columns": '{"text": "Größe & so"}', "ready": "1", "tab": "Pair",
         "pair": "3,17", "asked": "späte Pakete", "other": "my-model"}


def test_a_place_comes_back_from_its_address():
    found, address = read(**WHOLE)
    assert found["columns"] == {"text": "Größe & so"} and found["pair"] == [3, 17] and found["ready"] is True
    assert address == WHOLE


def test_what_is_usual_does_not_stand_in_the_address():
    _, address = read(dataset="0123456789abcdef", model="my-model")
    assert address == {"dataset": "0123456789abcdef", "model": "my-model"}


@pytest.mark.parametrize(("name", "value"), [
    ("task", "text-classification"), ("task", "nonsense"), ("columns", "{broken"), ("columns", "[1, 2]"), ("tab", "nowhere"),
    ("pair", "a,b"), ("pair", "9" * 50), ("ready", "yes")])
def test_what_an_address_names_wrongly_is_left_out(name: str, value: str):
    found, _ = read(dataset="0123456789abcdef", **{name: value})
    usual = Place("0123456789abcdef")
    assert found[name] == (list(usual.pair) if name == "pair" else getattr(usual, name))
