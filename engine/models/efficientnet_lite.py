"""The embedded image model: EfficientNet-Lite0 with ImageNet's 1,000 classes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from engine.images import open_image
from engine.models.efficientnet_lite_network import FEATURES, SIZE, EfficientNetLiteNetwork, fused, published
from engine.models.head import read_tops, tops_config, write_tops
from engine.models.image_model import Picturer

CROP = 0.875  # the share of the smaller side that is looked at, as in its makers' tests


class EfficientNetLite(Picturer):
    """Sorts images into its own classes and vectorises them (1,280 numbers, unit length)."""

    def __init__(self, network: EfficientNetLiteNetwork, labels: Sequence[str] = (), name: str = "efficientnet-lite0",
                 description: str = "", tasks: Sequence[str] = (), details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks or ("image-classification", "image-vectorisation"), details)
        self.network = network
        self.labels = list(labels)
        self._fast: list[EfficientNetLiteNetwork] = []  # in a list, so that it is no part of the weights

    @classmethod
    def from_folder(cls, folder: str | Path, asset: Path | None = None, **facts: Any) -> Self:
        """The published weights (a .pth file, read without running code). asset: the file with the classes' names."""
        network = EfficientNetLiteNetwork()
        network.load_state_dict(published(torch.load(folder, map_location="cpu", weights_only=True)))
        labels = [names[0] for names in json.loads(asset.read_text("utf-8"))["classes"]] if asset else map(str, range(1000))
        return cls(network, list(labels), **facts).eval()

    @property
    def feature_size(self) -> int:
        return FEATURES

    def pooled(self, pixels: Tensor) -> Tensor:
        return self._ready().features(pixels)

    def own_logits(self, pixels: Tensor) -> Tensor:
        return self._ready()(pixels)

    def logits(self, images: Sequence[Any]) -> Tensor:
        """(N, classes)"""
        return self.in_image_batches(self._ready(), images)

    def seen(self, images: Sequence[Any]) -> Tensor:
        """(N, features and logits side by side)."""
        fast = self._ready()

        def both(pixels: Tensor) -> Tensor:
            features = fast.features(pixels)
            return torch.cat([features, fast.classifier(features)], dim=-1)

        return self.in_image_batches(both, images)

    def prepare(self, image: Any) -> Tensor:
        """(3, 224, 224), about -1 to 1: the middle of the image."""
        import numpy as np
        from PIL import Image

        picture = open_image(image, size=SIZE)
        side = min(picture.size) * CROP
        left, top = (picture.width - side) / 2, (picture.height - side) / 2
        picture = picture.resize((SIZE, SIZE), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))
        return (torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() - 127) / 128

    # Finetuning

    @property
    def depth(self) -> int:
        return len(self.network.blocks)

    def features(self, pixels: Tensor) -> Tensor:
        return self.network.features(pixels)

    def below(self, pixels: Tensor, cut: int) -> Tensor:
        return self.network.below(pixels, cut)

    def above(self, hidden: Tensor, cut: int) -> Tensor:
        return self.network.above(hidden, cut)

    def parts_above(self, cut: int) -> Sequence[nn.Module]:
        return [*self.network.blocks[cut:], self.network.top]

    def _ready(self) -> EfficientNetLiteNetwork:
        """The network for answering. Compiling it gained nothing more on a CPU, and bf16 changed one label in twenty."""
        if not self._fast:
            self._fast = [fused(self.network)]
        return self._fast[0]

    def train(self, mode: bool = True) -> Self:
        if mode:
            self._fast = []  # its weights would no longer be those of the network
        return super().train(mode)

    def _apply(self, function: Any, recurse: bool = True) -> Any:
        self._fast = []  # as above, after a move to another device
        return super()._apply(function, recurse)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_fast": []}

    # Keeping

    def config(self) -> dict[str, Any]:
        return {"labels": self.labels, "classes": self.network.classifier.out_features, **tops_config(self)}

    def write(self, folder: Path) -> None:
        from safetensors.torch import save_model

        save_model(self.network, str(folder / "model.safetensors"))
        write_tops(self, folder)

    @classmethod
    def read(cls, folder: Path, config: dict[str, Any]) -> Self:
        from safetensors.torch import load_model

        network = EfficientNetLiteNetwork(config.get("classes") or len(config["labels"]))
        load_model(network, folder / "model.safetensors")
        model = cls(network, config["labels"])
        read_tops(model, folder, config)
        return model.eval()
