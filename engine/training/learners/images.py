"""Image models: classifiers, and vectors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from engine.training.events import Reporter
from engine.training.images import made
from engine.training.learners.base import Learner
from engine.training.learners.vectors import VectorLearner
from engine.training.objectives.labels import Labels
from engine.training.rows import Batch, OpenedRows, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.image_model import Picturer
    from engine.tasks.declarations import Variant
    from engine.training.examples import Examples
    from engine.training.methods import Method
    from engine.training.objectives import Objective

MOMENTUM = 0.1  # of batch norm's statistics: those of long trainings are too slow for a few hundred steps
TOKENS_OF_AN_IMAGE = 32  # what an image counts in a batch that is measured in tokens: 32 images at once


class ImageLearner(Learner):
    """Rows are images, opened when a batch asks for them. Convolutions compute in fp32 unless told otherwise: bf16 changed labels."""

    model: "Picturer"
    steady = True
    sampled = 64

    @property
    def depth(self) -> int:
        return self.model.depth

    def rows(self, inputs: Sequence[Any], settings: Settings, reporter: Reporter) -> tuple[Rows, int]:
        return OpenedRows("pixels", inputs, self._opened, TOKENS_OF_AN_IMAGE), 0

    def _opened(self, images: Sequence[Any]) -> dict[str, Tensor]:
        from engine.models.image_model import opened

        pixels = torch.cat(list(opened(images, lambda image: self.model.prepare(made(image)))))
        return {"pixels": pixels.contiguous(memory_format=torch.channels_last)}

    def below(self, batch: Batch, cut: int | None) -> Tensor:
        return self.model.features(batch["pixels"]) if cut is None else self.model.below(batch["pixels"], cut)

    def above(self, batch: Batch, cut: int) -> Tensor:
        hidden = batch["hidden"].float().contiguous(memory_format=torch.channels_last)
        return self.from_features(self.model.above(hidden, cut))

    def whole(self, batch: Batch) -> Tensor:
        return self.from_features(self.model.features(batch["pixels"]))

    def example(self) -> Batch:
        return self._opened([_blank(), _blank()])

    def train_above(self, cut: int) -> None:
        """Batch norm learns too: the images of a few classes look otherwise than those that the model has seen."""
        self.model.train()
        self.model.eval()
        for part in (*self.model.parts_above(cut), *([self.head] if self.head is not None else [])):
            part.train()
            for layer in part.modules():
                if isinstance(layer, nn.modules.batchnorm._BatchNorm):
                    layer.momentum = MOMENTUM


class ImageLabels(ImageLearner):
    """A classifier: one output for each label."""

    way = "image labels"

    def objective(self, variant: "Variant") -> "Objective":
        return Labels(several=variant.columns[-1].kind == "labels")

    def begin(self, examples: "Examples", method: "Method", settings: Settings) -> None:
        self.model.pre_finetuning(labels=examples.classes, num_classes=len(examples.classes), multi_label=examples.multi_label,
                                  hidden=settings.hidden)
        cast(Any, self.model.head).drop(settings.dropout or 0.0)

    def from_features(self, features: Tensor) -> Tensor:
        return cast(nn.Module, self.model.head)(features)


class ImageVectors(VectorLearner, ImageLearner):
    """One vector for each image. With the method `head` a projection of its vectors learns."""

    way = "image vectors"

    def from_features(self, features: Tensor) -> Tensor:
        return self.model.projected(features)


def _blank() -> Any:
    from PIL import Image

    return Image.new("RGB", (64, 64), "white")
