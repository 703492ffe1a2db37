"""Questions about texts, with the model that ships: short facts, talks, places, long texts."""

import pytest

from engine import QA
from engine.models.span_qa import MOST, nearest

STORY = "Sally has been living in London for 3 years. Previously, Sally lived in Liverpool."


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> QA:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        return QA()


def test_short_facts_are_answered_with_their_place(task: QA) -> None:
    asked = {"Where does Sally live?": "London", "How long has Sally lived in London?": "3 years",
             "Where did Sally live before?": "Liverpool"}
    answers = task(list(asked), [STORY] * 3)
    assert answers == list(asked.values())
    assert [STORY[answer.details["start"]:answer.details["end"]] for answer in answers] == answers


def test_earlier_questions_are_understood(task: QA) -> None:
    before = [("Where does Sally live?", "London")]
    assert task("How long has she lived there?", STORY, prev_qa=before) == "3 years"
    assert task("Where did she live before?", STORY, prev_qa=[*before, ("How long has she lived there?", "3 years")]) == "Liverpool"


def test_an_answer_in_the_middle_of_a_long_text_is_found(task: QA) -> None:
    text = "The weather was mild that week. " * 900 + "The lighthouse keeper is called Ottokar. " + "Nobody came to the harbour. " * 900
    answer = task("What is the lighthouse keeper called?", text)
    assert answer == "Ottokar" and text[answer.details["start"]:answer.details["end"]] == "Ottokar"


def test_the_nearest_pieces_hold_the_answer_even_without_full_stops() -> None:
    text = "rain and wind " * 600 + "the keeper is called Ottokar " + "sun and sand " * 600
    pieces = nearest(text, "How is the keeper called?", MOST)
    assert any("Ottokar" in text[start:end] for start, end in pieces)
    assert sum(end - start for start, end in pieces) <= MOST
