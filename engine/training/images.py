"""Images as training takes them: checked, and for training alone also turned, cropped and recoloured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import StudioError

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

STRENGTHS = {"light": 0.5, "medium": 1.0, "strong": 1.6}
TURN, CROP, SHADE = 15.0, 0.25, 0.25  # degrees, share of the area, and change of brightness, contrast and colour, at medium strength
SIDE = 320  # pixels of the smaller side that are enough to crop from


@dataclass(frozen=True)
class Augmented:
    """A changed copy of an image; the same seed changes it alike. mirrored: whether it may be flipped."""

    image: Any
    seed: int
    strength: float = 1.0
    mirrored: bool = True

    @property
    def name(self) -> str:
        return f"{getattr(self.image, 'name', 'image')}, changed"

    def opened(self) -> "Image":
        """The copy, RGB."""
        import torch
        from PIL import Image

        from engine.images import open_image

        picture = open_image(self.image, size=SIDE)
        picture.thumbnail((2 * SIDE, 2 * SIDE))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            changed = _changes(self.strength, self.mirrored, picture.height, picture.width)(_tensor(picture)[None])[0]
        return Image.fromarray((changed.clamp(0, 1) * 255).byte().permute(1, 2, 0).contiguous().numpy(), "RGB")


def _changes(strength: float, mirrored: bool, height: int, width: int) -> Any:
    from kornia import augmentation as kornia

    shade = min(0.8, SHADE * strength)
    steps = [kornia.RandomHorizontalFlip(p=0.5)] if mirrored else []
    return kornia.AugmentationSequential(
        *steps,
        kornia.RandomAffine(degrees=TURN * strength, translate=(0.06 * strength, 0.06 * strength), padding_mode="border", p=0.9),
        kornia.RandomResizedCrop((height, width), scale=(max(0.2, 1 - CROP * strength), 1.0), ratio=(0.9, 1.1), p=0.9),
        kornia.ColorJitter(shade, shade, shade, 0.03 * strength, p=0.9),
    )


def _tensor(picture: "Image") -> "Tensor":
    import numpy as np
    import torch

    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255


def made(value: Any) -> Any:
    """What a model's `prepare` takes: a changed copy is made first."""
    return value.opened() if isinstance(value, Augmented) else value


def checked_images(values: Sequence[Any]) -> list[Any]:
    """Images of a kind that can be opened; what is in them is seen when they are."""
    from engine.fields import like_an_image

    missing = [row for row, value in enumerate(values) if value is None or value != value or (isinstance(value, str) and not value.strip())]
    if missing:
        raise StudioError(f"{len(missing)} rows have no image, such as row {missing[0]}.", "Drop them, or name their images.")
    wrong = [row for row, value in enumerate(values) if not like_an_image(value)]
    if wrong:
        raise StudioError(f"The image of row {wrong[0]} is {type(values[wrong[0]]).__name__}.",
                          "Give a path, a PIL image, the bytes of an image file, or these in base64.")
    return list(values)
