"""What is the same on every page: logo, menu, width, heading, the bar of a running run."""

from typing import Any

import streamlit as st

from studio import navigation, resources, run_bar
from studio.errors import guard
from studio.state import show_toasts

WIDTH = 1200
FORM_WIDTH = 700
ASSETS = navigation.ROOT / "assets"


def draw() -> None:
    """The whole studio: the frame, and in it the page that the address names."""
    st.set_page_config(page_title="Backprop Studio", page_icon=str(ASSETS / "icon.svg"), layout="wide")
    st.logo(str(ASSETS / "logo.svg"), icon_image=str(ASSETS / "icon.svg"), size="large")
    page = st.navigation(navigation.pages(), expanded=True)
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH):
        with guard():
            resources.start()
            run_bar.show(page.url_path)
        with guard():
            page.run()
    show_toasts()
    resources.settle()


def heading(title: str, sentence: str, term: str = "") -> Any:
    """The head of a page: plain words with the field's term beside, one sentence. Returns the place at its right for a chip."""
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.title(f"{title} :small[:gray[· {term}]]" if term else title, anchor=False)
    st.markdown(sentence)
    return right.container(horizontal=True, horizontal_alignment="right")


def empty(sentence: str, label: str, file: str, icon: str = ":material/add:", **query: str) -> None:
    """An empty page: what it will hold, and the one button that fills it."""
    with st.container(border=True, horizontal_alignment="center", gap="medium"):
        st.space("small")
        st.markdown(sentence, text_alignment="center")
        if navigation.exists(file) and st.button(label, type="primary", icon=icon, key=f"empty_{file}"):
            navigation.go(file, **query)
        st.space("small")
