"""Models kept loaded, within a budget of memory: the next answer does not wait for the disk. Safe with many threads."""

import gc
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.models.catalogue import find

if TYPE_CHECKING:
    from engine.models.base import BaseModel

Key = tuple[str, float, str, str]  # name, when it was changed, device, precision
SHARE = 3  # a third of the machine's memory, unless somebody says otherwise


@dataclass(frozen=True)
class Held:
    """A model in memory. size_bytes: its weights, each counted once."""

    name: str
    device: str
    size_bytes: int


_models: "OrderedDict[Key, tuple[BaseModel, int]]" = OrderedDict()
_loading: dict[Key, threading.Lock] = {}
_lock = threading.Lock()


def budget() -> int:
    """Bytes that the kept models may take: STUDIO_MODEL_GIGABYTES (the settings page sets it too), else a third of the memory."""
    try:
        chosen = float(os.environ.get("STUDIO_MODEL_GIGABYTES", ""))
    except ValueError:
        chosen = 0.0
    return int(chosen * 1e9) if chosen > 0 else machine_memory() // SHARE


def machine_memory() -> int:
    """Bytes of memory that this machine has, or that its container allows."""
    import psutil

    found = int(psutil.virtual_memory().total)
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return found
    return min(found, int(limit)) if limit.isdigit() else found


def loaded(name: str, device: str | None = None) -> "BaseModel":
    """The model of that name, from memory if it is there and unchanged on disk. It is shared: do not train it.

    Models that were used longest ago go when all of them take more than `budget()`; the one that is asked for always stays.
    """
    from engine.inference.devices import pick_device, precision_wanted
    from engine.models.auto_model import AutoModel

    name, device = _one_name(name), pick_device(device)
    key = (name, _changed(name), device, precision_wanted())
    with _lock:
        waiting = _loading.setdefault(key, threading.Lock())
    with waiting:  # two threads that want the same model load it once
        with _lock:
            if key in _models:
                _models.move_to_end(key)
                return _models[key][0]
        model = AutoModel.from_pretrained(name, device=device)
        with _lock:
            for old in [other for other in _models if other[0] == name and other[2] == device]:
                del _models[old]
            _models[key] = model, size_of(model)
            while len(_models) > 1 and sum(size for _, size in _models.values()) > budget():
                _models.popitem(last=False)
            _loading.pop(key, None)
    return model


def size_of(model: Any) -> int:
    """Bytes of a model's parameters and buffers; tied weights count once. 0 for what is no torch module."""
    tensors = [*getattr(model, "parameters", list)(), *getattr(model, "buffers", list)()]
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in tensors}
    return sum(storages.values())


def holds(name: str, device: str | None = None) -> bool:
    """Whether `loaded` would answer at once."""
    with _lock:
        return any(key[0] == _one_name(name) and device in (None, key[2]) for key in _models)


def held() -> list[Held]:
    """The models in memory, the one used last at the end."""
    with _lock:
        return [Held(name, device, size) for (name, _, device, _), (_, size) in _models.items()]


def forget(name: str | None = None) -> None:
    """Let go of a model, or of all. One that answers just now goes when it is done."""
    with _lock:
        for key in [key for key in _models if name is None or key[0] == _one_name(name)]:
            del _models[key]
    gc.collect()


def _one_name(name: str) -> str:
    """The catalogue's own name where `name` is an alias, so that a model is not kept twice."""
    preset = find(name)
    return preset.name if preset else name


def _changed(name: str) -> float:
    """When the model's folder was written last; 0 for catalogue names and addresses, which do not change."""
    if find(name) is not None or "://" in name:
        return 0.0
    from engine.models.auto_model import saved_folder

    config = (saved_folder(name) or Path(name).expanduser()) / "config.json"
    return config.stat().st_mtime if config.is_file() else 0.0
