"""What the question models learnt from: the names of the example that everybody tries stand nowhere in it."""

import json
from pathlib import Path

from assets.qa import lessons, stories
from engine.models.question_prompt import NO_ANSWER


def names_in(text: str) -> list[str]:
    return [name for name in lessons.LEFT_OUT if name in text]


def test_no_story_and_no_reading_holds_the_names_of_the_example() -> None:
    assert not names_in(Path(stories.__file__).read_text(encoding="utf-8"))
    assert not names_in(lessons.READINGS.read_text(encoding="utf-8"))


def test_of_xquad_only_the_paragraphs_that_hold_these_names_are_left_out(shared_data: Path) -> None:
    file = shared_data / "xquad_en_de" / "xquad.en.json"
    every, learnt = lessons.paragraphs(file, slice(0, lessons.ARTICLES)), lessons.training_paragraphs(file, lessons.ARTICLES)
    assert not names_in(str(learnt)) and [one for one in every if one not in learnt] == [one for one in every if names_in(str(one))]
    assert (sum(len(asked) for _, asked in every), sum(len(asked) for _, asked in learnt)) == (390, 385)


def test_every_wording_of_now_and_then_holds_all_answers_and_no_slot_stays_open() -> None:
    for talk in stories.talks(stories.NOW_AND_THEN, 200, seed=5):
        assert all(answer in talk.context or answer == NO_ANSWER for _, answer in talk.turns)
        assert "{" not in talk.context + str(talk.turns)


def test_no_reading_is_about_what_is_measured(shared_data: Path) -> None:
    """None names an article of XQuAD that is left for measuring, or shares eight words in a row with one."""
    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[start:start + 8]) for start in range(len(words) - 7)}

    file = shared_data / "xquad_en_de" / "xquad.en.json"
    titles = {article["title"].replace("_", " ") for article in json.loads(file.read_text(encoding="utf-8"))["data"][lessons.ARTICLES:]}
    measured = set[tuple[str, ...]]().union(*(runs(text) for text, _ in lessons.paragraphs(file, slice(lessons.ARTICLES, None))))
    texts = [row["text"] for held_out in (False, True) for row in lessons.readings(held_out)]
    assert len(titles) == 9 and len(measured) > 6000 and len(texts) > 1000
    assert not [text for text in texts if runs(text) & measured or any(title in text for title in titles)]


def test_every_answer_of_a_reading_stands_in_its_text() -> None:
    rows = [row for held_out in (False, True) for row in lessons.readings(held_out)]
    assert not [answer for row in rows for _, answer in (*row["questions"], *row.get("talk", ())) if answer != NO_ANSWER and
                answer not in row["text"]]
