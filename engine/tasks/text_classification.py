"""Text classification: which of these labels fit this text?"""

from typing import Any

from engine.fields import Field
from engine.tasks.base import Task
from engine.tasks.declarations import Column, Sample, Variant

_TEXTS = Column(
    key="texts", kind="text", label="Text", help="The text to sort.", example="I still have not received my new card",
    guesses=("text", "texts", "message", "sentence", "content", "body", "review", "comment", "question", "utterance", "query",
             "input_text", "description", "title", "v2"),
)
_GUESSES = ("label", "labels", "category", "categories", "class", "intent", "topic", "target", "tag", "tags", "type", "group",
            "sentiment", "output_text", "y", "v1")


class TextClassification(Task):
    """Probabilities of labels for a text.

    >>> TextClassification()("I want my money back", labels=["refund", "praise"])
    """

    name = "text-classification"
    title = "Sort texts"
    term = "text classification"
    sentence = "Give each text the labels that fit it: topics, intents, spam or not. Name any labels, or train on your own."
    icon = ":material/label:"
    group = "Text"
    page = "text_classification"
    answer_kind = "probabilities"
    inputs = (Field(name="text", kind="text", label="Text", help="The text to sort.", required=True),)
    options = (
        Field(name="labels", kind="labels", label="Labels",
              help="What the text may be about, one label each. A model trained on your data uses its own labels."),
        Field(name="top_k", kind="integer", label="How many labels", help="Only the most probable labels are shown; 0 shows all.",
              default=0, minimum=0, maximum=100_000, advanced=True),
    )
    variants = (
        Variant(
            name="single_label", label="One label per text", help="Each text has exactly one label.", metric="accuracy",
            columns=(_TEXTS, Column(key="labels", kind="label", label="Label", help="The label of the text.",
                                    example="card_arrival", guesses=_GUESSES)),
        ),
        Variant(
            name="multi_label", label="Several labels per text", help="Each text has any number of labels, also none.", metric="f1_micro",
            columns=(_TEXTS, Column(key="labels", kind="labels", label="Labels", help="The labels of the text, separated by | or ;",
                                    example="card_arrival|complaint", guesses=_GUESSES)),
        ),
    )
    default_model = "minilm"
    examples = (
        {"text": "I am mad because my product broke the first time I used it", "labels": ["product issue", "nature"]},
        {"text": "I want my money back, this is not what I ordered", "labels": ["refund", "praise", "weather"]},
        {"text": "The bank raised its interest rate by half a percent", "labels": ["economy", "sport", "cooking"]},
    )
    sample = Sample(file="samples/text_classification.csv", sentence="306 short messages to an online shop, each with one of eight topics.",
                    licence="Apache-2.0, written for this project")

    def __call__(self, text: str | list[str], labels: list[str] | list[list[str]] | None = None, top_k: int = 0) -> Any:
        """{label: probability} for a text, most probable first; a list of these for a list of texts.

        labels: zero-shot labels, for all texts or a list of lists with one for each; a finetuned model uses its own.
        """
        return self._call({"text": text}, {"labels": labels, "top_k": top_k})
