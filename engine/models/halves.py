"""Models that join an image's vector and a text's to one: halfway between both, or as finetuning learnt to join them."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine.models.base import BaseModel
from engine.models.head import Halves


class HalvesModel(BaseModel):
    """A model with `half_vectors` that answers image-text vectorisation."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.halves: Halves | None = None

    @abstractmethod
    def half_vectors(self, images: Sequence[Any], texts: Sequence[str]) -> Tensor:
        """(N, width + extra + width): the image's unit vector, what else is seen in it, and the text's unit vector."""

    @property
    @abstractmethod
    def half_sizes(self) -> tuple[int, int]:
        """(width, extra)"""

    def image_text_vectorisation(self, image: list[Any], text: list[str], return_tensor: bool = False) -> Any:
        """One unit vector for each pair: halfway between its image's and its text's."""
        with torch.inference_mode():
            vectors = self.joined(self.half_vectors(image, text).to(self.device)).cpu()
        return vectors if return_tensor else vectors.tolist()

    def joined(self, halves: Tensor) -> Tensor:
        """(N, width), unit length."""
        if self.halves is not None:
            return self.halves(halves)
        width = self.half_sizes[0]
        return nn.functional.normalize(halves[:, :width] + halves[:, -width:], dim=-1)

    def add_halves(self) -> None:
        """Give the model maps of its halves, which change nothing yet; those that are there stay."""
        if self.halves is None:
            self.halves = Halves(*self.half_sizes).to(self.device)
