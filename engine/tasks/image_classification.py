"""Image classification: which of these labels fit this image?"""

from typing import Any

from engine import paths
from engine.fields import Field
from engine.tasks.base import Task
from engine.tasks.declarations import Column, Sample, Variant

IMAGE = Field(name="image", kind="image", label="Image", help="A photograph or a drawing.", required=True)
IMAGES = Column(key="images", kind="image", label="Image", help="The image, or its name in the zip.", example="cat_017.jpg",
                guesses=("images", "image", "file", "filename", "file_name", "path", "name", "img"))
DRAWN = paths.assets() / "samples" / "images"  # by assets/samples/draw_images.py
_GUESSES = ("labels", "label", "category", "class", "classes", "target", "tag", "tags", "y")


class ImageClassification(Task):
    """Probabilities of labels for an image.

    >>> ImageClassification()("photo.jpg", labels=["cat", "bicycle"])
    """

    name = "image-classification"
    title = "Sort images"
    term = "image classification"
    sentence = "Say what an image shows: by labels of your own, or by the model's thousand classes of everyday things and animals."
    icon = ":material/image_search:"
    group = "Images"
    page = "image_classification"
    answer_kind = "probabilities"
    inputs = (IMAGE,)
    options = (
        Field(name="labels", kind="labels", label="Labels",
              help="What the image may show, one label each. Without labels the model names what it sees by its own classes."),
        Field(name="top_k", kind="integer", label="How many labels", help="Only the most probable labels are shown; 0 shows all.",
              default=0, minimum=0, maximum=100_000, advanced=True),
    )
    variants = (
        Variant(
            name="single_label", label="One label per image", help="Each image has exactly one label.", metric="accuracy",
            columns=(IMAGES, Column(key="labels", kind="label", label="Label", help="The label of the image.", example="cat",
                                    guesses=_GUESSES)),
        ),
        Variant(
            name="multi_label", label="Several labels per image", help="Each image has any number of labels, also none.", metric="f1_micro",
            columns=(IMAGES, Column(key="labels", kind="labels", label="Labels", help="The labels of the image, separated by | or ;",
                                    example="cat|sofa", guesses=_GUESSES)),
        ),
    )
    default_model = "image-text"
    base_model = "efficientnet-lite0"
    sample = Sample(file="samples/things.zip", sentence="144 drawn images of things in six kinds, in folders.",
                    licence="Apache-2.0, made for this project")
    examples = (
        {"image": str(DRAWN / "balloon.png"), "labels": ["balloon", "bird", "aeroplane"]},
        {"image": str(DRAWN / "clock.png"), "labels": ["clock", "vehicle", "musical instrument"]},
        {"image": str(DRAWN / "umbrella.png"), "labels": ["umbrella", "dog", "pizza"]},
    )

    def __call__(self, image: Any, labels: list[str] | list[list[str]] | None = None, top_k: int = 0) -> Any:
        """{label: probability} for an image, most probable first; a list of these for a list of images.

        labels: zero-shot labels, for all images or a list of lists with one for each; a finetuned model uses its own.
        """
        return self._call({"image": image}, {"labels": labels, "top_k": top_k})
