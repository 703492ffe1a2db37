import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from engine.fields import Field, check_all
from engine.training.settings import Settings
from studio import forms

fields = [
    Field("text", "text", "Text"), Field("labels", "labels", "Labels"), Field("kind", "choice", "Kind", default="b", choices=("a", "b")),
    Field("many", "choice", "Many", choices=tuple("abcdefg")), Field("count", "integer", "Count", default=0, minimum=0, maximum=9),
    Field("rate", "number", "Rate", default=1e-5, minimum=1e-7, maximum=1.0, advanced=True), Field("on", "switch", "On", default=False),
]
st.session_state["values"] = check_all(fields, forms.form(fields, "test"))
st.session_state["settings"] = Settings.of(forms.form(Settings.declared(), "settings"))
"""


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_string(SCRIPT).run()


def test_every_kind_has_a_widget_and_starts_from_its_default(app: AppTest) -> None:
    assert not app.exception
    assert app.session_state["values"] == {"text": None, "labels": None, "kind": "b", "many": None, "count": 0, "rate": 1e-5, "on": False}


def test_all_training_settings_are_drawn_and_come_back_as_they_were(app: AppTest) -> None:
    from engine.training.settings import Settings

    assert app.session_state["settings"] == Settings()


def test_what_is_typed_comes_back_as_its_type(app: AppTest) -> None:
    app.text_area(key="test_text").set_value("hello")
    app.number_input(key="test_count").set_value(4)
    app.number_input(key="test_rate").set_value(0.001)
    app.toggle(key="test_on").set_value(True)
    app.selectbox(key="test_many").set_value("c")
    app.run()
    values = app.session_state["values"]
    assert (values["text"], values["count"], values["rate"], values["on"], values["many"]) == ("hello", 4, 0.001, True, "c")


def test_advanced_fields_are_folded_away(app: AppTest) -> None:
    assert [expander.label for expander in app.expander] == ["More", "More"]
    assert app.expander[0].number_input[0].label == "Rate"


def test_pasted_labels_are_parted_at_commas_and_lines() -> None:
    def script() -> None:
        import streamlit as st

        from engine.fields import Field
        from studio import forms

        st.session_state["found"] = forms.widget(Field("labels", "labels", "Labels"), "x", defaults={"labels": ["a, b", "b\nc ", " "]})

    app = AppTest.from_function(script).run()
    assert app.session_state["found"] == ["a", "b", "c"]
