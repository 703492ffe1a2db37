"""EfficientNet B0 to B7 from the Hugging Face hub: image classes and image vectors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from engine.images import open_image
from engine.models.building import building
from engine.models.checkpoint import CheckpointModel
from engine.models.head import read_tops, tops_config, write_tops
from engine.models.image_model import Picturer


class EfficientNet(CheckpointModel, Picturer):
    """A transformers EfficientNet with its own image processor (PIL)."""

    kept = ("network", "processor")

    def __init__(self, network: Any, processor: Any, name: str = "efficientnet", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks or ("image-classification", "image-vectorisation"), details)
        self.network: Any = network.to(memory_format=torch.channels_last)
        self.processor = processor
        self.labels = [network.config.id2label[index] for index in range(len(network.config.id2label))]

    @classmethod
    @building()
    def from_folder(cls, folder: str | Path, **facts: Any) -> Self:
        """A checkpoint of EfficientNetForImageClassification."""
        from transformers import EfficientNetForImageClassification, EfficientNetImageProcessorPil

        network = EfficientNetForImageClassification.from_pretrained(str(folder), dtype=torch.float32)
        return cls(network, EfficientNetImageProcessorPil.from_pretrained(str(folder)), **facts).eval()

    @property
    def feature_size(self) -> int:
        return int(self.network.classifier.in_features)

    def pooled(self, pixels: Tensor) -> Tensor:
        return self.network.efficientnet(pixel_values=pixels).pooler_output.flatten(1)

    def own_logits(self, pixels: Tensor) -> Tensor:
        return self.network(pixel_values=pixels).logits

    def prepare(self, image: Any) -> Tensor:
        return self.processor(images=open_image(image), return_tensors="pt")["pixel_values"][0]

    # Keeping

    def config(self) -> dict[str, Any]:
        return tops_config(self)

    def write(self, folder: Path) -> None:
        super().write(folder)
        write_tops(self, folder)

    @classmethod
    def read(cls, folder: Path, config: dict[str, Any]) -> Self:
        model = super().read(folder, {})
        read_tops(model, folder, config)
        return model
