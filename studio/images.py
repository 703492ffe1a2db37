"""Pictures in the page: opened by the engine's rules, so that nothing odd reaches the browser."""

from typing import Any

import streamlit as st

from engine.errors import StudioError
from engine.images import open_image

WIDTH = 220


def picture(value: Any, most: int = WIDTH) -> Any:
    """A small RGB copy of an image in whatever form; StudioError where it is none."""
    image = open_image(value, size=most)
    image.thumbnail((most, most))
    return image


def thumbnail(value: Any, caption: str = "", most: int = WIDTH) -> None:
    """The image, small; one sentence where it cannot be opened."""
    try:
        st.image(picture(value, most), caption=caption or None, alt=f"Image {caption}".strip())
    except StudioError as error:
        st.warning(error.message, icon=":material/broken_image:")
