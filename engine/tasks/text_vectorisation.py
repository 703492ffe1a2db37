"""Text vectorisation: a text as numbers, so that what is alike lies close together."""

from typing import Any

from engine.fields import Field
from engine.tasks.base import Task
from engine.tasks.declarations import Column, Sample, Variant

SCORE = Column(key="similarity_scores", kind="score", label="Similarity", help="How alike the two are, from -1 to 1.", example="0.85",
               guesses=("similarity_scores", "similarity", "score", "scores", "similarity_score", "label"))
GROUP = Column(key="groups", kind="group", label="Group", help="What belongs together bears the same group.", example="refunds",
               guesses=("groups", "group", "category", "class", "label", "intent", "topic", "cluster"))


class TextVectorisation(Task):
    """The vector of a text.

    >>> TextVectorisation()("The parcel has not arrived")
    """

    name = "text-vectorisation"
    title = "Texts as vectors"
    term = "text vectorisation"
    sentence = "Turn texts into numbers that say what they mean: see which are alike, and use the vectors in tools of your own."
    icon = ":material/data_array:"
    group = "Text"
    page = "text_vectorisation"
    answer_kind = "vector"
    inputs = (Field(name="text", kind="text", label="Text", help="The text to turn into a vector.", required=True),)
    variants = (
        Variant(
            name="cosine_similarity", label="Pairs with a score", help="Each row is two texts and how alike they are.",
            metric="spearman", reads=256,
            columns=(
                Column(key="texts1", kind="text", label="First text", help="One of the two.", example="A man is playing a flute.",
                       guesses=("texts1", "text1", "sentence1", "first", "question1", "a")),
                Column(key="texts2", kind="text", label="Second text", help="The other one.", example="Somebody plays an instrument.",
                       guesses=("texts2", "text2", "sentence2", "second", "question2", "b")),
                SCORE,
            ),
        ),
        Variant(
            name="triplet", label="Texts in groups", help="Texts of a group are alike, those of different groups are not.",
            metric="recall_at_1", reads=256,
            columns=(Column(key="texts", kind="text", label="Text", help="The text.", example="Where is my parcel?",
                            guesses=("texts", "text", "sentence", "message", "question", "content")), GROUP),
        ),
    )
    default_model = "minilm"
    sample = Sample(file="samples/pairs.csv", sentence="200 pairs of sentences with how alike they are, from 0 to 1.",
                    licence="Apache-2.0, made for this project")
    examples = (
        {"text": "The parcel has not arrived yet"},
        {"text": "My delivery is late"},
        {"text": "The soup was far too salty"},
    )

    def __call__(self, text: str | list[str], return_tensor: bool = False) -> Any:
        """A list of floats for a text, a list of these for a list of texts; with `return_tensor` a tensor (D) or (N, D)."""
        return self._vectors({"text": text}, return_tensor)
