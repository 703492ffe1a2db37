"""Images among words with no training: an image's class probabilities as weights over the vectors of the classes' names.

ConSE (Norouzi et al., arXiv 1312.5650): an image classifier and a text encoder that never met give images and texts one space.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from engine.models.base import BaseModel
from engine.models.efficientnet_lite import EfficientNetLite
from engine.models.halves import HalvesModel
from engine.models.head import read_tops, tops_config, write_tops
from engine.models.image_model import ImageModel
from engine.models.ranking import ranked
from engine.models.st_model import STModel

# Chosen on drawn pictures of things (emoji) that the benchmark does not ask about.
KEPT, TEMPERATURE = 50, 2.0  # classes that an image is made of, and how much its probabilities are evened out
COMMON = 0.5  # how much of what all class names have in common is taken away from every vector
PHRASES = ("{}", "a photo of a {}")
SLOPE, OFFSET = 7.79, -1.50  # cosine -> probability that the label fits, by a logistic fit; fitting and strange labels counted alike


class ConSE(HalvesModel, ImageModel):
    """Sorts images by any labels, or by its classifier's own classes; vectorises images together with texts."""

    def __init__(self, images: EfficientNetLite, texts: STModel, class_names: Sequence[str], name: str = "image-text",
                 description: str = "", tasks: Sequence[str] = (), details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks or ("image-classification", "image-text-vectorisation"), details)
        self.images = images
        self.texts = texts
        self.class_names = list(class_names)
        self._known: list[Tensor] = []  # the vectors of the class names, and what they have in common

    @classmethod
    def from_parts(cls, parts: Sequence[Any], asset: Path | None = None, **facts: Any) -> Self:
        """An image classifier and a text encoder. asset: the classes with all of their names."""
        images, texts = parts
        names = [", ".join(names) for names in json.loads(asset.read_text("utf-8"))["classes"]] if asset else images.labels
        return cls(images, texts, names, **facts).eval()

    # Answers

    def image_classification(self, image: list[Any], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        """Own classes without labels; else how probable each label is, judged for itself. labels: one list, or one for each image."""
        each = [labels] * len(image) if not labels or isinstance(labels[0], str) else labels
        logits = self.images.logits(image)
        known = {label: place for place, label in enumerate(dict.fromkeys(label for own in each for label in own or ()))}
        if known:
            cosines = self._vectors(logits) @ self.text_vectors([label.replace("_", " ") for label in known]).T
            shares = (SLOPE * cosines + OFFSET).sigmoid()
        return [ranked(own, shares[row][[known[label] for label in own]], top_k) if own
                else ranked(self.images.labels or [], logits[row].softmax(dim=-1), top_k) for row, own in enumerate(each)]

    def prepare(self, image: Any) -> Tensor:
        return self.images.prepare(image)

    def image_vectors(self, images: Sequence[Any]) -> Tensor:
        """(N, width of the text encoder), unit length."""
        return self._vectors(self.images.logits(images))

    def half_vectors(self, images: Sequence[Any], texts: Sequence[str]) -> Tensor:
        """(N, image's vector, its features, text's vector)."""
        seen = self.images.seen(images)
        features, logits = seen[:, :self.images.feature_size], seen[:, self.images.feature_size:]
        return torch.cat([self._vectors(logits), nn.functional.normalize(features, dim=-1), self.text_vectors(texts)], dim=-1)

    @property
    def half_sizes(self) -> tuple[int, int]:
        return self.texts.encoder.width, self.images.feature_size

    def trainable(self, task: str) -> BaseModel:
        """Sorting images is learnt by the part that looks."""
        return self.images if task in self.images.tasks else self

    def _vectors(self, logits: Tensor) -> Tensor:
        shares, kept = (logits / TEMPERATURE).softmax(dim=-1).topk(min(KEPT, len(self.class_names)), dim=-1)
        names, _ = self._names()
        return nn.functional.normalize((shares[..., None] * names[kept]).sum(dim=1), dim=-1)

    def text_vectors(self, texts: Sequence[str]) -> Tensor:
        """(N, width), unit length, in the same space."""
        return nn.functional.normalize(self._phrases(texts) - self._names()[1], dim=-1)

    def _phrases(self, texts: Sequence[str]) -> Tensor:
        flat = self.texts.vectors([phrase.format(text) for phrase in PHRASES for text in texts])
        return nn.functional.normalize(nn.functional.normalize(flat, dim=-1).view(len(PHRASES), len(texts), -1).sum(dim=0), dim=-1)

    def _names(self) -> tuple[Tensor, Tensor]:
        if not self._known:
            names = nn.functional.normalize(self.texts.vectors(self.class_names), dim=-1)
            common = COMMON * names.mean(dim=0)
            self._known = [names - common, common]
        return self._known[0], self._known[1]

    def train(self, mode: bool = True) -> Self:
        if mode:
            self._known = []
        return super().train(mode)

    # Keeping

    def config(self) -> dict[str, Any]:
        return {"images": self.images.config(), "texts": self.texts.config(), "class_names": self.class_names,
                **tops_config(self)}

    def write(self, folder: Path) -> None:
        """`images/` and `texts/` are written as their own families write."""
        for name, part in (("images", self.images), ("texts", self.texts)):
            (folder / name).mkdir()
            part.write(folder / name)
        write_tops(self, folder)

    @classmethod
    def read(cls, folder: Path, config: dict[str, Any]) -> Self:
        images = EfficientNetLite.read(folder / "images", config["images"])
        model = cls(images, STModel.read(folder / "texts", config["texts"]), config["class_names"])
        read_tops(model, folder, config)
        return model.eval()
