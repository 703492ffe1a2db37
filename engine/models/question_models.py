"""What all models that answer from a text share: earlier questions, excerpts of long texts, answers with their place."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from engine.models.base import BaseModel
from engine.models.excerpt import Excerpt
from engine.models.question_prompt import NO_ANSWER
from engine.models.text import clean
from engine.tasks.answers import Answer

EARLIER = 6  # earlier questions that are looked at
LONGEST, LONGEST_EARLIER = 2_000, 500  # letters that are read of a question, and of each earlier question and answer: the last ones
Place = tuple[int, int] | None  # of an answer in the text that was asked about; None: it does not tell


@dataclass(frozen=True)
class Asked:
    """One question: what was asked and answered before, and the excerpt of the text that is read."""

    question: str
    before: tuple[tuple[str, str], ...]
    excerpt: Excerpt


class QuestionModel(BaseModel):
    """Answers from a text in its own words: `places` finds them."""

    @abstractmethod
    def places(self, asked: Sequence[Asked]) -> list[tuple[Place, float]]:
        """Where in the whole text each answer stands, and how sure that is, from 0 to 1."""

    def qa(self, question: list[str], context: list[str], prev_q: Sequence[Sequence[str]] | None = None,
           prev_a: Sequence[Sequence[str]] | None = None) -> list[str]:
        """The answer to each question; "no answer" where the text does not tell."""
        nothing: list[Sequence[str]] = [()] * len(question)
        asked = [self.asked(*one) for one in zip(question, context, prev_q or nothing, prev_a or nothing, strict=True)]
        return [_answer(text, place, score) for text, (place, score) in zip(context, self.places(asked), strict=True)]

    def asked(self, question: str, context: str, prev_q: Sequence[str] = (), prev_a: Sequence[str] = ()) -> Asked:
        """One question as `places` takes it."""
        pairs = list(zip(prev_q, prev_a, strict=True))[-EARLIER:]
        before = tuple((clean(one)[-LONGEST_EARLIER:], clean(other)[-LONGEST_EARLIER:]) for one, other in pairs)
        own = clean(question)[-LONGEST:]
        hints = " ".join([own, *(part for pair in before[-2:] for part in pair)])
        return Asked(own, before, Excerpt.about(clean(context), hints))


def _answer(text: str, place: Place, score: float) -> Answer:
    start, end = place or (None, None)
    return Answer(text[start:end] if place else NO_ANSWER, start=start, end=end, score=score)
