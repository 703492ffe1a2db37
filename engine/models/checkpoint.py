"""Models that are kept as the Hugging Face checkpoint they came from, which other tools read as well."""

from abc import abstractmethod
from pathlib import Path
from typing import Any, Self

from engine.models.base import BaseModel

_FOLDER = "network"


class CheckpointModel(BaseModel):
    """A model whose `network` and further parts (`kept`: a tokeniser, an image processor) save themselves, and `from_folder` reads."""

    kept: tuple[str, ...] = ("network", "tokeniser")

    @classmethod
    @abstractmethod
    def from_folder(cls, folder: str | Path, **facts: Any) -> Self:
        """A checkpoint of the family's kind. facts: name, description, tasks, details."""

    def write(self, folder: Path) -> None:
        for part in self.kept:
            getattr(self, part).save_pretrained(str(folder / _FOLDER))

    @classmethod
    def read(cls, folder: Path, config: dict[str, Any]) -> Self:
        return cls.from_folder(folder / _FOLDER, **config)
