"""A copy of the weights that change, to come back to: the best so far."""

import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine import paths

IN_MEMORY = 1_000_000_000  # larger copies go to disk


class Keeper:
    """Keeps one copy of a model's trained parameters and of its buffers; `restore` puts it back."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._copy: dict[str, Tensor] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def keep(self) -> None:
        """Remember the weights as they are now, in place of those remembered before."""
        now = {name: value.detach() for name, value in self._changing().items()}
        if sum(value.numel() * value.element_size() for value in now.values()) <= IN_MEMORY:
            self._copy = {name: value.clone() for name, value in now.items()}
            return
        self._folder = self._folder or tempfile.TemporaryDirectory(dir=paths.cache(), ignore_cleanup_errors=True)
        save_file({name: value.contiguous() for name, value in now.items()}, self._file())

    @torch.no_grad()
    def restore(self) -> bool:
        """Put the remembered weights back; False if none were. A part that was made anew in another size keeps what it has."""
        kept = self._copy or (load_file(self._file()) if self._folder else {})
        for name, value in self._changing().items():
            if name in kept and kept[name].shape == value.shape:
                value.copy_(kept[name])
        return bool(kept)

    def close(self) -> None:
        """Forget the copy."""
        self._copy = {}
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def _changing(self) -> dict[str, Tensor]:
        trained = {name: value for name, value in self._model.named_parameters() if value.requires_grad}
        return {**trained, **dict(self._model.named_buffers())}

    def _file(self) -> Path:
        assert self._folder
        return Path(self._folder.name) / "best.safetensors"
