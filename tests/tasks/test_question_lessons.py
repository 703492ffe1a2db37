"""What the question models learnt from: the names of the example that everybody tries stand nowhere in it."""

from pathlib import Path

from assets.qa import make, make_reader, stories


def names_in(text: str) -> list[str]:
    return [name for name in make.LEFT_OUT if name in text]


def test_no_story_and_no_reading_holds_the_names_of_the_example() -> None:
    assert not names_in(Path(stories.__file__).read_text(encoding="utf-8"))
    assert not names_in(make_reader.READINGS.read_text(encoding="utf-8"))


def test_of_xquad_only_the_paragraphs_that_hold_these_names_are_left_out(shared_data: Path) -> None:
    file = shared_data / "xquad_en_de" / "xquad.en.json"
    every, learnt = make.paragraphs(file, slice(0, make.ARTICLES)), make.training_paragraphs(file, make.ARTICLES)
    assert not names_in(str(learnt)) and [one for one in every if one not in learnt] == [one for one in every if names_in(str(one))]
    assert (sum(len(asked) for _, asked in every), sum(len(asked) for _, asked in learnt)) == (390, 385)


def test_every_wording_of_now_and_then_holds_all_answers_and_no_slot_stays_open() -> None:
    for talk in stories.talks(stories.NOW_AND_THEN, 200, seed=5):
        assert all(answer in talk.context or answer == make_reader.NO_ANSWER for _, answer in talk.turns)
        assert "{" not in talk.context + str(talk.turns)
