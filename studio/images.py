"""Pictures in the page: opened by the engine's rules, so that nothing odd reaches the browser."""

import base64
import io
from os import PathLike
from pathlib import Path
from typing import Any

import streamlit as st

from engine.errors import StudioError
from engine.images import open_image

WIDTH = 220


class Uploaded(bytes):
    """The bytes of an image that came from the browser, under the name that it had there."""

    name: str

    @classmethod
    def of(cls, file: Any) -> "Uploaded":
        content = cls(file.getvalue())
        content.name = file.name
        return content


def name_of(value: Any, place: int = 1) -> str:
    """How an image is called: a file by its name without folder and ending, what has none by its place in the list."""
    name = value if isinstance(value, str | PathLike) else getattr(value, "name", "")
    return Path(name).stem.replace("_", " ").capitalize() if name else f"Image {place}"


def picture(value: Any, most: int = WIDTH) -> Any:
    """A small RGB copy of an image in whatever form; StudioError where it is none."""
    image = open_image(value, size=most)
    image.thumbnail((most, most))
    return image


def as_url(value: Any, most: int) -> str | None:
    """The small copy as a data URL, for tables; None where it is no image."""
    try:
        small = picture(value, most)
    except StudioError:
        return None
    file = io.BytesIO()
    small.save(file, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"


def thumbnail(value: Any, caption: str = "", most: int = WIDTH) -> None:
    """The image, small; one sentence where it cannot be opened."""
    try:
        st.image(picture(value, most), caption=caption or None, alt=f"Image {caption}".strip())
    except StudioError as error:
        st.warning(error.message, icon=":material/broken_image:")
