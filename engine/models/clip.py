"""CLIP (Radford et al., arXiv 2103.00020): images and texts in one space, learnt from pairs of both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from engine.errors import StudioError
from engine.images import open_image
from engine.inference.batching import in_batches, pad
from engine.inference.devices import autocast
from engine.models.building import building
from engine.models.checkpoint import CheckpointModel
from engine.models.encoder import tokenise
from engine.models.halves import HalvesModel
from engine.models.head import read_tops, tops_config, write_tops
from engine.models.image_model import Picturer
from engine.models.ranking import ranked

PHRASE = "a photo of {}"
NOTHING = "a photo"  # what a label is weighed against, so that each label is judged for itself


class CLIP(CheckpointModel, HalvesModel, Picturer):
    """Sorts images by any labels, and vectorises images, texts, and pairs of both."""

    kept = ("network", "tokeniser", "processor")

    def __init__(self, network: Any, tokeniser: Any, processor: Any, name: str = "clip", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        own = ("image-classification", "image-vectorisation", "text-vectorisation", "image-text-vectorisation")
        super().__init__(name, description, tasks or own, details)
        self.network: Any = network
        self.tokeniser = tokeniser
        self.processor = processor

    @classmethod
    @building()
    def from_folder(cls, folder: str | Path, **facts: Any) -> Self:
        """A checkpoint of CLIPModel."""
        from transformers import AutoTokenizer, CLIPImageProcessorPil, CLIPModel

        network = CLIPModel.from_pretrained(str(folder), dtype=torch.float32)
        return cls(network, AutoTokenizer.from_pretrained(str(folder)), CLIPImageProcessorPil.from_pretrained(str(folder)), **facts).eval()

    # Answers

    def image_classification(self, image: list[Any], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        """How probable each label is against none at all. labels: one list, or one for each image. A finetuned one uses its own."""
        if self.head is not None:
            return super().image_classification(image, labels, top_k)
        if not labels:
            raise StudioError("There are no labels to choose from.", "Give some, or take a model with classes of its own.")
        each = [labels] * len(image) if isinstance(labels[0], str) else labels
        known = {label: place for place, label in enumerate(dict.fromkeys(label for own in each for label in own))}
        texts = self.text_vectors([*(PHRASE.format(label) for label in known), NOTHING])
        scores = float(self.network.logit_scale.detach().exp()) * self.image_vectors(image) @ texts.T
        shares = (scores[:, :-1] - scores[:, -1:]).sigmoid()
        return [ranked(own, row[[known[label] for label in own]], top_k) for own, row in zip(each, shares, strict=True)]

    def text_vectorisation(self, text: list[str], return_tensor: bool = False) -> Any:
        """One unit vector per text, in the space of the images."""
        vectors = self.text_vectors(text)
        return vectors if return_tensor else vectors.tolist()

    def half_vectors(self, images: Sequence[Any], texts: Sequence[str]) -> Tensor:
        return torch.cat([self.image_vectors(images), self.text_vectors(texts)], dim=-1)

    @property
    def half_sizes(self) -> tuple[int, int]:
        return self.feature_size, 0

    @property
    def feature_size(self) -> int:
        return int(self.network.config.projection_dim)

    def pooled(self, pixels: Tensor) -> Tensor:
        return self._of_images(pixels)

    def own_logits(self, pixels: Tensor) -> Tensor:
        raise StudioError(f"{self.name} has no classes of its own.", "Give labels.")

    def image_vectors(self, images: Sequence[Any]) -> Tensor:
        """(N, width), unit length."""
        return nn.functional.normalize(self.in_image_batches(self._of_images, images), dim=-1)

    def text_vectors(self, texts: Sequence[str]) -> Tensor:
        """(N, width), unit length."""
        ids = tokenise(self.tokeniser, texts, self.network.config.text_config.max_position_embeddings).ids

        def vectors(batch: list[int]) -> Tensor:
            input_ids, mask = pad([ids[index] for index in batch], self.tokeniser.pad_token_id or 0)
            with torch.inference_mode(), autocast(self.device):
                out = self.network.text_model(input_ids=input_ids.to(self.device), attention_mask=mask.to(self.device))
                return self.network.text_projection(out.pooler_output).float().cpu()

        return nn.functional.normalize(torch.stack(in_batches(vectors, [len(own) for own in ids], self.device)), dim=-1)

    def _of_images(self, pixels: Tensor) -> Tensor:
        with autocast(self.device):
            return self.network.visual_projection(self.network.vision_model(pixel_values=pixels).pooler_output)

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
