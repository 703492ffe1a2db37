"""Models kept loaded: the next answer does not wait for the disk. Safe with many threads."""

import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.models.catalogue import find

if TYPE_CHECKING:
    from engine.models.base import BaseModel

Key = tuple[str, float, str]

_models: "OrderedDict[Key, BaseModel]" = OrderedDict()
_loading: dict[Key, threading.Lock] = {}
_lock = threading.Lock()


def capacity() -> int:
    """How many models are kept: the environment variable STUDIO_CACHE_MODELS, 3 if it says nothing."""
    value = os.environ.get("STUDIO_CACHE_MODELS", "")
    return max(1, int(value)) if value.isdigit() else 3


def loaded(name: str, device: str | None = None) -> "BaseModel":
    """The model of that name, from memory if it is there and unchanged on disk. It is shared: do not train it."""
    from engine.inference.devices import pick_device
    from engine.models.auto_model import AutoModel

    device = pick_device(device)
    key = (name, _changed(name), device)
    with _lock:
        waiting = _loading.setdefault(key, threading.Lock())
    with waiting:  # two threads that want the same model load it once
        with _lock:
            if key in _models:
                _models.move_to_end(key)
                return _models[key]
        model = AutoModel.from_pretrained(name, device=device)
        with _lock:
            for old in [other for other in _models if other[0] == name and other[2] == device]:
                del _models[old]
            _models[key] = model
            while len(_models) > capacity():
                _models.popitem(last=False)
            _loading.pop(key, None)
    return model


def holds(name: str, device: str | None = None) -> bool:
    """Whether `loaded` would answer at once."""
    with _lock:
        return any(key[0] == name and device in (None, key[2]) for key in _models)


def names() -> list[str]:
    """The models in memory, the one used last at the end."""
    with _lock:
        return [name for name, _, _ in _models]


def forget(name: str | None = None) -> None:
    """Let go of a model, or of all."""
    with _lock:
        for key in [key for key in _models if name in (None, key[0])]:
            del _models[key]


def _changed(name: str) -> float:
    """When the model's folder was written last; 0 for catalogue names and addresses, which do not change."""
    if find(name) is not None or "://" in name:
        return 0.0
    from engine.models.auto_model import saved_folder

    config = (saved_folder(name) or Path(name)) / "config.json"
    return config.stat().st_mtime if config.is_file() else 0.0
