"""A model as a folder: config.json, requirements.txt, weights. Built-in classes: safetensors and JSON, nothing is unpickled.

Classes of other people are kept whole as model.bin (dill). Opening one runs its code, so it takes an explicit yes.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from engine.errors import StudioError
from engine.models.catalogue import FAMILIES

_PINNED = ("torch", "transformers", "tokenizers", "safetensors", "numpy")
_FOREIGN = ("sentence-transformers", "dill")  # what a class of somebody else's may need besides
ADAPTERS = "adapters"  # the folder with what a training with `lora` learnt, alone
_DAMAGED = "The folder is damaged; save or import the model again."


def write_package(model: Any, folder: Path, *, name: str | None = None, description: str | None = None,
                  tasks: list[str] | None = None, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """Write `model` as `folder` (made; an older package is replaced, anything else refused) and return its config.

    Everything is written to a temporary sibling, flushed and renamed: a crash leaves the old folder, the new one, or none.
    """
    if not _may_be_replaced(folder):
        raise StudioError(f"{folder} holds something else than a saved model.", "Choose a new folder, or an empty one.")
    built_in = is_built_in(model)
    needed = (*_PINNED, *(model.needs if built_in else _FOREIGN))
    versions = {dist: metadata.version(dist) for dist in needed if _is_installed(dist)}
    config: dict[str, Any] = {
        "class": type(model).__name__ if built_in else f"{type(model).__module__}:{type(model).__qualname__}",
        "name": name or model.name,
        "description": model.description if description is None else description,
        "tasks": list(model.tasks if tasks is None else tasks),
        "details": dict(model.details if details is None else details),
        "labels": getattr(model, "labels", None),
        "multi_label": bool(getattr(model, "multi_label", False)),
        "versions": {"python": ".".join(map(str, sys.version_info[:3])), **versions},
    }

    if not _is_json(config):
        raise StudioError(f"The details of {config['name']} cannot be kept.", "They hold texts, numbers, lists and dicts, as JSON does.")

    def fill(part: Path) -> None:
        if built_in:
            config["model"] = model.config()
            model.write(part)
            if model.adapters is not None:
                model.adapters.write(part / ADAPTERS)
        else:
            config["sha256"] = _dump(model, part / "model.bin")
        (part / "requirements.txt").write_text("".join(f"{dist}=={version}\n" for dist, version in versions.items()), "utf-8")
        (part / "config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False), "utf-8")

    write_folder(folder, fill)
    return config


def read_config(folder: Path) -> dict[str, Any]:
    """The config.json of a package folder."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except FileNotFoundError:
        raise StudioError(f"{folder} holds no saved model: config.json is missing.", "Choose a folder that was saved here.") from None
    except (ValueError, OSError) as error:
        raise StudioError(f"{folder / 'config.json'} cannot be read.", _DAMAGED) from error
    if not isinstance(config, dict):
        raise StudioError(f"{folder / 'config.json'} cannot be read.", _DAMAGED)
    return config


def is_package(folder: Path) -> bool:
    """Whether a folder was written by `write_package` (rather than by another tool)."""
    return (folder / "config.json").is_file() and {"class", "tasks"} <= set(read_config(folder))


def read_package(folder: Path, device: str | None = None, trust: bool = False) -> Any:
    """The model in a package folder, ready to answer. trust: yes to running the code in a model.bin."""
    from safetensors import SafetensorError

    from engine.inference.devices import pick_device
    from engine.models.adapters import Adapters

    config = read_config(folder)
    if config.get("class") in FAMILIES:
        try:
            model = family(config["class"]).read(folder, config.get("model") or {})
            model.adapters = Adapters.read(folder / ADAPTERS) if (folder / ADAPTERS).is_dir() else None
        except (OSError, KeyError, RuntimeError, ValueError, TypeError, AttributeError, SafetensorError) as error:
            raise StudioError(f"The model in {folder} cannot be loaded.", _DAMAGED) from error
    else:
        model = _load(folder, config, trust)
    for key in ("name", "description", "tasks", "details", "labels", "multi_label"):
        if key in config:
            setattr(model, key, config[key])
    return model.to(pick_device(device)).eval()


def family(name: str) -> Any:
    """The class of a built-in family."""
    return getattr(import_module(FAMILIES[name].module), name)


def is_built_in(model: Any) -> bool:
    """Whether exactly this class comes with the engine (a subclass does not)."""
    family = FAMILIES.get(type(model).__name__)
    return family is not None and family.module == type(model).__module__


def _may_be_replaced(folder: Path) -> bool:
    """Whether nobody loses anything: there is nothing, an empty folder, or a package."""
    return not folder.exists() or (folder.is_dir() and (not any(folder.iterdir()) or is_package(folder)))


def write_folder(folder: Path, fill: Callable[[Path], None]) -> None:
    """Fill a temporary sibling, flush it to disk, and put it in `folder`'s place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{kind}") for kind in ("part", "old"))
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir()
        fill(part)
        _flush(part)
        if folder.exists():
            os.replace(folder, old)
        os.replace(part, folder)
    except OSError as error:
        if old.exists() and not folder.exists():
            os.replace(old, folder)
        hint = f"{error.strerror or error}: free some room or choose another folder."
        raise StudioError(f"The model could not be written to {folder}.", hint) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)


def _flush(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def _dump(model: Any, path: Path) -> str:
    import dill

    with path.open("wb") as file:
        dill.dump(model, file, recurse=True)
    return _sha256(path)


def _load(folder: Path, config: dict[str, Any], trust: bool) -> Any:
    import dill

    path = folder / "model.bin"
    if not path.is_file():
        raise StudioError(f"The model in {folder} is of the unknown class {config.get('class')!r}.", f"Known are {', '.join(FAMILIES)}.")
    if not trust:
        raise StudioError(f"Opening {config.get('name', folder.name)} runs code that came with it.",
                          "If you trust whoever made it, load it with trust=True.")
    if _sha256(path) != config.get("sha256"):
        raise StudioError(f"{path} is not the file that was saved here.", "It was changed or damaged; get it again from its maker.")
    try:
        with path.open("rb") as file:
            return dill.load(file)
    except Exception as error:  # what a foreign pickle raises cannot be foreseen
        raise StudioError(f"The model in {folder} cannot be opened: {error}.", "Install what its requirements.txt names.") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_installed(distribution: str) -> bool:
    try:
        return bool(metadata.version(distribution))
    except metadata.PackageNotFoundError:
        return False
