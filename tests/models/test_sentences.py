"""Where sentences end, in books, chats and transcripts."""

import pytest

from engine.models.sentences import sentences


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(("text", "wanted"), [
    ("Dr. Ann Lee came at approx. five. She left!", ["Dr. Ann Lee came at approx. five.", "She left!"]),
    ("He said so. Ann (b. in Graz) agreed. All went home.", ["He said so.", "Ann (b. in Graz) agreed.", "All went home."]),
    ("the parcel is late. i called them. nobody knew.", ["the parcel is late.", "i called them.", "nobody knew."]),
])
def test_texts_are_parted_where_their_sentences_end(text: str, wanted: list[str]) -> None:
    assert parts(text) == wanted


def test_a_long_transcript_without_capitals_is_parted_too() -> None:
    assert len(sentences("and then we talked about the old roof of the pool for a while. " * 4000)) == 4000
