"""An answer in words that carries more than its words."""

from typing import Any, Self


class Answer(str):
    """A text (compared, printed and written as JSON like any other) with `details`, a dict that JSON can hold.

    >>> Answer("London", start=31, end=37).details
    {'start': 31, 'end': 37}

    What a task's details are stands in its own file. Operations on texts, such as `strip`, give plain ones.
    """

    details: dict[str, Any]

    def __new__(cls, text: str, **details: Any) -> Self:
        answer = super().__new__(cls, text)
        answer.details = details
        return answer

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (str(self),), self.details


def details_of(answer: Any) -> dict[str, Any]:
    """The details of an answer; none for a plain one, such as a model of somebody's own gives."""
    return answer.details if isinstance(answer, Answer) else {}
