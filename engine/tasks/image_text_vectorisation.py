"""Image-text vectorisation: an image with its text as one vector."""

from typing import Any

from engine.fields import Field
from engine.tasks.base import Task
from engine.tasks.declarations import Column, Sample, Variant
from engine.tasks.image_classification import DRAWN, IMAGE, IMAGES
from engine.tasks.text_vectorisation import GROUP, SCORE

_TEXTS = Column(key="texts", kind="text", label="Text", help="The text that belongs to the image.", example="A red umbrella",
                guesses=("texts", "text", "caption", "title", "description", "name"))


def _numbered(column: Column, key: str, label: str, number: str) -> Column:
    stem = column.key.removesuffix("s")
    return Column(key=key, kind=column.kind, label=label, help=f"Of the {label.split()[0].lower()} pair.", example=column.example,
                  guesses=(key, f"{stem}{number}", f"{stem}_{number}"))


class ImageTextVectorisation(Task):
    """One vector for an image and the text that belongs to it.

    >>> ImageTextVectorisation()("umbrella.jpg", "A red umbrella")
    """

    name = "image-text-vectorisation"
    title = "Images with texts as vectors"
    term = "image-text vectorisation"
    sentence = "Turn an image and its text together into one vector: products with their titles, photographs with their captions."
    icon = ":material/art_track:"
    group = "Images"
    page = "image_text_vectorisation"
    answer_kind = "vector"
    inputs = (IMAGE, Field(name="text", kind="text", label="Text", help="The text that belongs to the image.", required=True))
    variants = (
        Variant(
            name="triplet", label="Images with texts in groups", help="Pairs of a group are alike, those of different groups are not.",
            metric="recall_at_1", columns=(IMAGES, _TEXTS, GROUP),
        ),
        Variant(
            name="cosine_similarity", label="Two pairs with a score",
            help="Each row is two images with texts, and how alike these pairs are.",
            metric="spearman",
            columns=(_numbered(IMAGES, "imgs1", "First image", "1"), _numbered(_TEXTS, "texts1", "First text", "1"),
                     _numbered(IMAGES, "imgs2", "Second image", "2"), _numbered(_TEXTS, "texts2", "Second text", "2"), SCORE),
        ),
    )
    default_model = "image-text"
    sample = Sample(file="samples/things_with_texts.zip", sentence="144 drawn images with texts, which say what they show.",
                    licence="Apache-2.0, made for this project")
    examples = (
        {"image": str(DRAWN / "balloon.png"), "text": "A balloon on a string"},
        {"image": str(DRAWN / "clock.png"), "text": "A clock on the wall"},
        {"image": str(DRAWN / "umbrella.png"), "text": "An umbrella for rainy days"},
    )

    def __call__(self, image: Any, text: str | list[str], return_tensor: bool = False) -> Any:
        """One unit vector for a pair, a list of these for equally long lists; with `return_tensor` a tensor (D) or (N, D)."""
        return self._vectors({"image": image, "text": text}, return_tensor)
