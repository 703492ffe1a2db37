"""What all models that look at images share: images opened beside the work, in batches, in the order they were given; and what
finetuning puts on top of them."""

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import torch
from torch import Tensor

from engine.models.base import BaseModel
from engine.models.head import ClassifierHead, Projection
from engine.models.headed import HeadedModel
from engine.models.ranking import ranked

BATCH = 32
OPENERS = 2  # threads that decode images; Pillow lets go of the interpreter while it decodes
AHEAD = 2  # batches that are opened before they are needed, so that memory holds few images however many there are


class ImageModel(BaseModel):
    """A model with `prepare(image) -> Tensor (3, H, W)`."""

    @property
    def needs(self) -> tuple[str, ...]:
        return ("pillow",)

    @abstractmethod
    def prepare(self, image: Any) -> Tensor:
        """One image, in whatever form, as the network takes it."""

    def in_image_batches(self, compute: Callable[[Tensor], Tensor], images: Sequence[Any]) -> Tensor:
        """Apply `compute((B, 3, H, W)) -> (B, F)` to images -> (N, F), fp32, on the CPU."""
        rows = []
        for batch in opened(images, self.prepare):
            with torch.inference_mode():
                rows.append(compute(batch.to(self.device, memory_format=torch.channels_last)).float().cpu())
        return torch.cat(rows) if rows else torch.empty(0, 0)


class Picturer(ImageModel, HeadedModel):
    """An image model that can be finetuned: `pooled` gives what a head or a projection works on.

    Without a head it answers with the classes it came with (`own_logits`).
    """

    def __init__(self, name: str = "model", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks, details)
        self.head: ClassifierHead | None = None
        self.projection: Projection | None = None

    @abstractmethod
    def pooled(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, feature_size), to answer with."""

    @abstractmethod
    def own_logits(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, classes) of the classes that it came with."""

    def image_classification(self, image: list[Any], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        """The probabilities of its own classes, most probable first; `labels` is for models that have none."""
        if self.head is None:
            logits = self.in_image_batches(self.own_logits, image)
            return [ranked(self.labels or [], row, top_k) for row in logits.softmax(dim=-1)]
        with torch.inference_mode():
            logits = self.head(self.in_image_batches(self.pooled, image).to(self.device)).cpu()
        return [ranked(self.labels or [], row, top_k) for row in self.head.probabilities(logits)]

    def image_vectorisation(self, image: list[Any], return_tensor: bool = False) -> Any:
        """One unit vector per image; a tensor (N, feature_size) if asked for."""
        with torch.inference_mode():
            vectors = self.projected(self.in_image_batches(self.pooled, image).to(self.device)).cpu()
        return vectors if return_tensor else vectors.tolist()

    # Finetuning

    @property
    def depth(self) -> int:
        """Blocks that can be cut between; 0 where the network cannot be cut."""
        return 0

    def below(self, pixels: Tensor, cut: int) -> Tensor:
        """(B, 3, H, W) -> what enters block `cut`; of a model whose `depth` is more than 0."""
        raise NotImplementedError(f"{type(self).__name__} cannot be cut")

    def above(self, hidden: Tensor, cut: int) -> Tensor:
        """What enters block `cut` -> (B, feature_size); of a model whose `depth` is more than 0."""
        raise NotImplementedError(f"{type(self).__name__} cannot be cut")

    def features(self, pixels: Tensor) -> Tensor:
        """As `pooled`, through the weights as they are at this moment."""
        return self.pooled(pixels)

    def parts_above(self, cut: int) -> Sequence[torch.nn.Module]:
        """The modules above a cut, without the head."""
        return ()

    def projected(self, features: Tensor) -> Tensor:
        """(B, feature_size), unit length, as finetuning turned it, if it did."""
        unit = torch.nn.functional.normalize(features.float(), dim=-1)
        return unit if self.projection is None or not len(unit) else self.projection(unit)

    def add_projection(self) -> None:
        """Give the model a projection of its vectors, which changes nothing yet; one that is there stays."""
        if self.projection is None:
            self.projection = Projection(self.feature_size).to(self.device)


def opened(images: Sequence[Any], prepare: Callable[[Any], Tensor]) -> Iterator[Tensor]:
    """Batches (B, 3, H, W) in order, the next ones opened in threads while the caller works. Few images are opened at once."""
    if len(images) == 1:
        yield prepare(images[0])[None]
        return
    with ThreadPoolExecutor(OPENERS, "open-image") as pool:
        waiting: deque[list[Future[Tensor]]] = deque()
        try:
            for start in range(0, len(images), BATCH):
                waiting.append([pool.submit(prepare, image) for image in images[start:start + BATCH]])
                if len(waiting) > AHEAD:
                    yield torch.stack([future.result() for future in waiting.popleft()])
            while waiting:
                yield torch.stack([future.result() for future in waiting.popleft()])
        finally:
            for part in waiting:
                for future in part:
                    future.cancel()
