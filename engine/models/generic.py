"""Wrappers for people who bring a model and write its task methods themselves."""

from collections.abc import Callable, Sequence
from typing import Any

from engine.models.base import BaseModel


class PathModel(BaseModel):
    """Holds what `init_model(path)` makes, and what `init_tokeniser(path)` makes if it is given.

    Subclass it and add a method for each task, or call `model.network` as it is.
    """

    def __init__(self, path: str, init_model: Callable[[str], Any], init_tokeniser: Callable[[str], Any] | None = None,
                 name: str = "path-model", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks, details)
        self.path = path
        self.network = init_model(path)
        self.tokeniser = init_tokeniser(path) if init_tokeniser else None


class HFModel(PathModel):
    """A Hugging Face checkpoint: its network and its tokeniser, of the given transformers classes (AutoModel by default)."""

    def __init__(self, path: str, model_class: Any = None, tokeniser_class: Any = None, **facts: Any) -> None:
        from transformers import AutoModel, AutoTokenizer

        from engine.models.encoder import quiet

        quiet()
        super().__init__(path, (model_class or AutoModel).from_pretrained, (tokeniser_class or AutoTokenizer).from_pretrained, **facts)
