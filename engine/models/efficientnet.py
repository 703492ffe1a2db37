"""EfficientNet B0 to B7 from the Hugging Face hub: image classes and image vectors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from engine.images import open_image
from engine.models.checkpoint import CheckpointModel
from engine.models.encoder import quiet
from engine.models.image_model import ImageModel
from engine.models.text_classifier import ranked


class EfficientNet(CheckpointModel, ImageModel):
    """A transformers EfficientNet with its own image processor (PIL)."""

    kept = ("network", "processor")

    def __init__(self, network: Any, processor: Any, name: str = "efficientnet", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks or ("image-classification", "image-vectorisation"), details)
        self.network: Any = network.to(memory_format=torch.channels_last)
        self.processor = processor
        self.labels = [network.config.id2label[index] for index in range(len(network.config.id2label))]

    @classmethod
    def from_folder(cls, folder: str | Path, **facts: Any) -> Self:
        """A checkpoint of EfficientNetForImageClassification."""
        from transformers import EfficientNetForImageClassification, EfficientNetImageProcessorPil

        quiet()
        network = EfficientNetForImageClassification.from_pretrained(str(folder), dtype=torch.float32)
        return cls(network, EfficientNetImageProcessorPil.from_pretrained(str(folder)), **facts).eval()

    def image_classification(self, image: list[Any], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        """The probabilities of its own classes, most probable first; `labels` is for models that have none."""
        logits = self.in_image_batches(lambda pixels: self.network(pixel_values=pixels).logits, image)
        return [ranked(self.labels or [], row, top_k) for row in logits.softmax(dim=-1)]

    def image_vectorisation(self, image: list[Any], return_tensor: bool = False) -> Any:
        """One unit vector per image."""
        pooled = self.in_image_batches(lambda pixels: self.network.efficientnet(pixel_values=pixels).pooler_output.flatten(1), image)
        vectors = torch.nn.functional.normalize(pooled, dim=-1)
        return vectors if return_tensor else vectors.tolist()

    def prepare(self, image: Any) -> Tensor:
        return self.processor(images=open_image(image), return_tensors="pt")["pixel_values"][0]
