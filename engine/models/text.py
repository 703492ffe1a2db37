"""Texts made safe for tokenisers."""


def clean(text: str) -> str:
    """The text with lone surrogates (halves of a character, left by a broken copy) replaced, which no tokeniser takes."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
