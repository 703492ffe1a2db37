"""What all models that look at images share: images opened beside the work, in batches, in the order they were given."""

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import torch
from torch import Tensor

from engine.models.base import BaseModel

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
