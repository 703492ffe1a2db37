"""Questions about texts, with the model that ships: short facts, talks, places, long texts."""

from pathlib import Path

import pytest
import torch

from engine import QA, AutoModel
from engine.models.excerpt import MOST, Excerpt, nearest
from engine.models.question_models import Asked

STORY = "Sally has been living in London for 3 years. Previously, Sally lived in Liverpool."


MODELS = ("minilm-qa", "smollm2-qa", "reading-pair")


@pytest.fixture(scope="module")
def tasks(presets_made: Path) -> dict[str, QA]:
    """The models that ship, in fp32, so that one by one or together makes no difference."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_HOME", str(presets_made))
        patch.setenv("STUDIO_PRECISION", "fp32")
        found = {name: QA(AutoModel.from_pretrained(name, device="cpu")) for name in MODELS}
    return found


@pytest.fixture
def task(tasks: dict[str, QA]) -> QA:
    return tasks[QA.default_model]


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


@pytest.mark.parametrize("name", ["minilm-qa", "reading-pair"])
def test_long_questions_and_long_earlier_answers_are_answered_and_not_refused(tasks: dict[str, QA], name: str) -> None:
    text = "Ann lives in Graz."
    assert tasks[name]("well, " * 3000 + "where does Ann live?", text) in ("Graz", "no answer")
    assert tasks[name]("Where does Ann live?", text, prev_qa=[("Who is it?", "Ann " * 900)] * 3) in ("Graz", "no answer")


def test_an_answer_in_the_middle_of_a_long_text_is_found(task: QA) -> None:
    text = "The weather was mild that week. " * 900 + "The lighthouse keeper is called Ottokar. " + "Nobody came to the harbour. " * 900
    answer = task("What is the lighthouse keeper called?", text)
    assert answer == "Ottokar" and text[answer.details["start"]:answer.details["end"]] == "Ottokar"


def test_a_place_in_an_excerpt_is_a_place_in_the_text() -> None:
    text = "Filler here. " * 200 + "Ann lives in Graz. " + "More filler. " * 200 + "Ben lives in Linz."
    excerpt = Excerpt.about(text, "Where do Ann and Ben live?", most=60)
    start = excerpt.shown.index("Graz")
    place = excerpt.place(start, start + 4)
    assert place is not None and text[place[0]:place[1]] == "Graz"
    assert excerpt.place(0, len(excerpt.shown)) is None  # over two pieces


@pytest.mark.parametrize("name", MODELS)
def test_each_model_that_ships_names_the_place_and_says_when_the_text_is_silent(tasks: dict[str, QA], name: str) -> None:
    task = tasks[name]
    text = "The ferry to Aero was built in 1987 by a yard in Odense. It carries 40 cars."
    found = task("When was the ferry built?", text)
    assert found == "1987" == text[found.details["start"]:found.details["end"]] and 0 < found.details["score"] <= 1
    nothing = task("Anything?", "…")
    assert nothing == "no answer" and nothing.details["start"] is None


def test_both_of_a_pair_are_heard(task: QA) -> None:
    pair = task.model
    asked = Asked("Who won?", (), Excerpt.about("Ann lost and Ben won.", ""))
    spans = [span for span in pair.reader.spans([asked], 5)[0] if span.text]
    with torch.inference_mode():
        said = pair.writer.chances(asked, [span.text for span in spans])
        alone = [float(pair.writer.chances(asked, [span.text])[0]) for span in spans]
    assert said.shape == (len(spans),) and (said < 0).all()
    assert said.tolist() == pytest.approx(alone, abs=0.01)


def test_the_nearest_pieces_hold_the_answer_even_without_full_stops() -> None:
    text = "rain and wind " * 600 + "the keeper is called Ottokar " + "sun and sand " * 600
    pieces = nearest(text, "How is the keeper called?", MOST)
    assert any("Ottokar" in text[start:end] for start, end in pieces)
    assert sum(end - start for start, end in pieces) <= MOST
