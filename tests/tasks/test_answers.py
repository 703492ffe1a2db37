"""An answer is a text that carries more."""

import copy
import json
import pickle

import pytest

from engine.errors import StudioError
from engine.fields import Field
from engine.tasks.answers import Answer, details_of
from engine.tasks.base import next_size


def test_an_answer_is_its_text_and_keeps_its_details() -> None:
    answer = Answer("London", start=31, end=37)
    assert answer == "London" and json.dumps([answer]) == '["London"]'
    for again in (copy.deepcopy(answer), pickle.loads(pickle.dumps(answer))):
        assert again == answer and again.details == {"start": 31, "end": 37}
    assert details_of("plain") == {}


def test_parts_grow_towards_a_second_and_shrink_for_slow_models() -> None:
    assert next_size(16, 0.001) == 64
    assert next_size(16, 16.0) == 1
    assert next_size(4096, 0.1) == 4096


def test_pairs_are_checked_and_made_anew() -> None:
    field = Field(name="prev_qa", kind="pairs", label="Earlier questions")
    given = [["Who?", "Ann"]]
    assert field.check(given) == [("Who?", "Ann")] and given == [["Who?", "Ann"]]
    for wrong in ("Who?", [["Who?"]], [("Who?", 3)], 5):
        with pytest.raises(StudioError, match="Earlier questions cannot hold"):
            field.check(wrong)


def test_an_image_is_a_path_bytes_base64_or_a_picture() -> None:
    field = Field(name="image", kind="image", label="Image", required=True)
    assert field.check(b"bytes") == b"bytes"
    with pytest.raises(StudioError, match="Image cannot be int"):
        field.check(3)
