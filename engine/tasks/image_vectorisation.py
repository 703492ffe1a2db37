"""Image vectorisation: an image as numbers, so that what looks alike lies close together."""

from typing import Any

from engine.tasks.base import Task
from engine.tasks.declarations import Column, Sample, Variant
from engine.tasks.image_classification import DRAWN, IMAGE, IMAGES
from engine.tasks.text_vectorisation import GROUP, SCORE


class ImageVectorisation(Task):
    """The vector of an image.

    >>> ImageVectorisation()("photo.jpg")
    """

    name = "image-vectorisation"
    title = "Images as vectors"
    term = "image vectorisation"
    sentence = "Turn images into numbers that say what they look like: see which are alike, and use the vectors in tools of your own."
    icon = ":material/photo_library:"
    group = "Images"
    page = "image_vectorisation"
    answer_kind = "vector"
    inputs = (IMAGE,)
    variants = (
        Variant(
            name="triplet", label="Images in groups", help="Images of a group are alike, those of different groups are not.",
            metric="recall_at_1", columns=(IMAGES, GROUP),
        ),
        Variant(
            name="cosine_similarity", label="Pairs with a score", help="Each row is two images and how alike they are.", metric="spearman",
            columns=(
                Column(key="imgs1", kind="image", label="First image", help="One of the two.", example="a_1.jpg",
                       guesses=("imgs1", "img1", "image1", "first", "a")),
                Column(key="imgs2", kind="image", label="Second image", help="The other one.", example="a_2.jpg",
                       guesses=("imgs2", "img2", "image2", "second", "b")),
                SCORE,
            ),
        ),
    )
    default_model = "efficientnet-lite0"
    sample = Sample(file="samples/things.zip", sentence="144 drawn images of things; those of a kind belong together.",
                    licence="Apache-2.0, made for this project")
    examples = (
        {"image": str(DRAWN / "balloon.png")},
        {"image": str(DRAWN / "clock.png")},
        {"image": str(DRAWN / "umbrella.png")},
    )

    def __call__(self, image: Any, return_tensor: bool = False) -> Any:
        """A list of floats for an image, a list of these for a list of images; with `return_tensor` a tensor (D) or (N, D)."""
        return self._vectors({"image": image}, return_tensor)
