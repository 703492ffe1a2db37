"""Emotion: which feeling speaks from this text?"""

from typing import Any

from engine.fields import Field
from engine.tasks.base import Task
from engine.tasks.declarations import Column, Sample, Variant


class Emotion(Task):
    """The feeling that speaks from a text: an `Answer` with details `probabilities` ({label: probability}) and `labels` (all that fit).

    >>> Emotion()("Thank you so much, you saved my day")
    """

    name = "emotion"
    title = "Name the feeling"
    term = "emotion"
    sentence = "Find out which feeling speaks from a text: joy, anger, gratitude and 25 others, one or several."
    icon = ":material/mood:"
    group = "Text"
    page = "emotion"
    answer_kind = "label"
    inputs = (Field(name="text", kind="text", label="Text", help="The text whose feeling is to be named.", required=True),)
    variants = (
        Variant(
            name="text", label="Texts and feelings", help="Each row is a text and the feeling that speaks from it.",
            metric="accuracy", reads=256,
            columns=(
                Column(key="input_text", kind="text", label="Text", help="The text.", example="Thank you so much!",
                       guesses=("input_text", "text", "texts", "message", "comment", "sentence")),
                Column(key="output_text", kind="text", label="Feeling", help="The feeling.", example="gratitude",
                       guesses=("output_text", "emotion", "feeling", "label", "labels", "emotions")),
            ),
        ),
    )
    default_model = "minilm-emotion"
    sample = Sample(file="samples/feelings.csv", sentence="204 sentences, each with one of six feelings.",
                    licence="Apache-2.0, made for this project")
    examples = (
        {"text": "Thank you so much, you really saved my day"},
        {"text": "I waited two hours and nobody even said sorry"},
        {"text": "I did not expect that at all, what a twist"},
    )

    def __call__(self, text: str | list[str]) -> Any:
        """The feeling of a text; a list of feelings for a list of texts."""
        return self._call({"text": text}, {})
