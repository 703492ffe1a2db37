"""Question answering: what does this text say about that?"""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.fields import Field
from engine.tasks.base import Task
from engine.tasks.declarations import Column, Sample, Variant

_LIVED = "Hinemoa has been living in Tampere for 7 years. Previously, she lived in Nantes, where she worked as a nurse."


class QA(Task):
    """The answer that a text gives to a question: an `Answer` with details start and end (characters of the context) and score (0 to 1).

    >>> QA()("Where does she live?", "Hinemoa has been living in Tampere for 7 years.")
    'Tampere'
    """

    name = "qa"
    title = "Ask a text"
    term = "question answering"
    sentence = "Ask about a text and see where it answers. Ask on: earlier questions are understood."
    icon = ":material/contact_support:"
    group = "Text"
    page = "qa"
    answer_kind = "span"
    inputs = (
        Field(name="question", kind="text", label="Question", help="What you want to know. The answer must stand in the text.",
              required=True, short=True),
        Field(name="context", kind="text", label="Text", help="The text that holds the answer.", required=True),
        Field(name="prev_qa", kind="pairs", label="Earlier questions", default=(),
              help="Questions and answers that went before, so that 'How long has she been there?' is understood."),
    )
    variants = (
        Variant(
            name="text", label="Questions about texts", help="Each row is a question, a text and the answer that stands in it.",
            metric="f1", reads=256,
            columns=(
                Column(key="questions", kind="text", label="Question", help="The question.", example="Where does Hinemoa live?",
                       guesses=("questions", "question", "query")),
                Column(key="answers", kind="text", label="Answer", help="The answer, in the text's words.", example="Tampere",
                       guesses=("answers", "answer", "output", "response")),
                Column(key="contexts", kind="text", label="Text", help="The text that holds the answer.", example=_LIVED,
                       guesses=("contexts", "context", "text", "passage", "paragraph", "document")),
                Column(key="prev_qas", kind="pairs", label="Earlier questions", required=False,
                       help="A list of earlier (question, answer) pairs.",
                       example='[["Where does she live?", "Tampere"]]', guesses=("prev_qas", "prev_qa", "history")),
            ),
        ),
    )
    default_model = "reading-pair"
    base_model = "minilm-qa"
    sample = Sample(file="samples/questions.csv", sentence="240 questions about 80 short notices, each answered in the notice's own words.",
                    licence="Apache-2.0, made for this project")
    examples = (
        {"question": "How long has Hinemoa lived in Tampere?", "context": _LIVED},
        {"question": "And where was she before?", "context": _LIVED, "prev_qa": [("Where does Hinemoa live?", "Tampere")]},
        {"question": "What delayed the order?",
         "context": "Because of a flooded road, the oak table that Emeka had ordered on 3 May arrived six days late. The shop gave him "
         "ten percent back."},
    )

    def __call__(self, question: str | list[str], context: str | list[str], prev_qa: Sequence[Any] = ()) -> Any:
        """The answer to a question about a context; a list of answers for equally long lists.

        prev_qa: (question, answer) pairs that went before; for a list of questions one such list for each.
        """
        if isinstance(question, list | tuple) and not prev_qa:
            prev_qa = [[] for _ in question]
        return self._call({"question": question, "context": context, "prev_qa": prev_qa}, {})

    @classmethod
    def model_inputs(cls) -> tuple[str, ...]:
        return ("question", "context", "prev_q", "prev_a")

    @classmethod
    def model_input(cls, rows: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> dict[str, Any]:
        """As models take it: earlier questions and earlier answers are lists of their own."""
        task_input = super().model_input(rows, options)
        pairs = [list(own or ()) for own in task_input.pop("prev_qa")]
        return {**task_input, "prev_q": [[question for question, _ in own] for own in pairs],
                "prev_a": [[answer for _, answer in own] for own in pairs]}
