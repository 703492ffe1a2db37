"""Models that join an image's vector and a text's to one: halfway between both, or as finetuning learnt to join them."""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.models.base import BaseModel


class Halves(nn.Module):
    """A linear map for each half. A new one changes nothing: what is only seen in the image (`extra` numbers) starts with no weight."""

    def __init__(self, width: int, extra: int = 0) -> None:
        super().__init__()
        self.width = width
        self.image = nn.Linear(width + extra, width, bias=False)
        self.text = nn.Linear(width, width, bias=False)
        with torch.no_grad():
            self.image.weight.copy_(torch.eye(width, width + extra))
            self.text.weight.copy_(torch.eye(width))

    @property
    def config(self) -> dict[str, int]:
        """The arguments that build it again (JSON)."""
        return {"width": self.width, "extra": self.image.in_features - self.width}

    def forward(self, halves: Tensor) -> Tensor:
        """(N, width + extra + width) -> (N, width), unit length."""
        image, text = halves.float().split([self.image.in_features, self.width], dim=-1)
        unit = nn.functional.normalize
        return unit(unit(self.image(image), dim=-1) + unit(self.text(text), dim=-1), dim=-1)


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
        return (self.halves or Halves(*self.half_sizes).to(halves.device))(halves)

    def add_halves(self) -> None:
        """Give the model maps of its halves, which change nothing yet; those that are there stay."""
        if self.halves is None:
            self.halves = Halves(*self.half_sizes).to(self.device)

    # Keeping

    def halves_config(self) -> dict[str, Any]:
        return {"halves": self.halves.config} if self.halves is not None else {}

    def write_halves(self, folder: Path) -> None:
        from safetensors.torch import save_file

        if self.halves is not None:
            save_file({key: value.contiguous().cpu() for key, value in self.halves.state_dict().items()}, folder / "halves.safetensors")

    def read_halves(self, folder: Path, config: dict[str, Any]) -> None:
        from safetensors.torch import load_file

        if config.get("halves"):
            self.halves = Halves(**config["halves"])
            self.halves.load_state_dict(load_file(folder / "halves.safetensors"))
