"""Somebody's words in the page: parts are marked, and nothing in them turns into markup."""

from streamlit.testing.v1 import AppTest

from studio.marking import greyed, marked
from studio.vector_view import _name

HOSTILE = "![i](http://example.com/a.png)\n# Big *bold* :red[x] <b>y</b>"


def test_marks_stand_where_they_should_and_around_shortens() -> None:
    assert marked("a b c", [(2, 3)]) == "a :primary-background[b] c"
    assert marked("x" * 50 + "b" + "y" * 50, [(50, 51)], around=2) == "… xx:primary-background[b]yy …"


def test_lines_are_coloured_one_by_one() -> None:
    assert greyed("one\n\ntwo") == ":gray[one]  \n  \n:gray[two]"


def test_markup_in_the_text_is_only_text() -> None:
    shown = marked(HOSTILE, [])
    assert "\\!\\[i\\]\\(" in shown and "\\# Big \\*bold\\*" in shown and "\\<b\\>" in shown


def test_a_text_with_a_slash_keeps_its_name() -> None:
    assert _name({"text": "Delivery 24/7"}, 0) == "Delivery 24/7"


def test_an_image_is_called_by_its_file_or_else_by_its_place() -> None:
    assert _name({"image": "/somewhere/hot_air_balloon.png"}, 1) == "Hot air balloon"
    assert _name({"image": b"\x89PNG"}, 1) == "Image 2"


def test_what_a_model_writes_is_shown_as_text_while_it_comes() -> None:
    def page() -> None:
        import streamlit as st

        from studio.marking import marked

        place, text = st.empty(), ""
        for piece in ("![i](http://exam", "ple.com/a.png) # Big"):
            text += piece
            place.markdown(marked(text, []))

    app = AppTest.from_function(page).run()
    assert not app.exception and app.markdown[0].value.startswith("\\!\\[i\\]")
