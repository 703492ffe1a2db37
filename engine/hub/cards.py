"""What is known of a saved model, and how it stands in the folder's card.json, from which the database can be rebuilt."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine import disk
from engine.errors import StudioError

CARD, CONFIG = "card.json", "config.json"
_STORED = ("description", "details", "base", "run", "parent", "data", "settings", "metrics", "fingerprint")


@dataclass(frozen=True)
class Card:
    """A model of the hub.

    base: the model that the training began with; run: the run that trained it; parent: the hub's model that it came from.
    data: {fingerprint, rows, columns, dataset, name} of what it was trained on. metrics: on the validation rows, with the
    primary one's name under "metric". fingerprint: SHA-256 of the weights and of what belongs to them.
    """

    name: str
    class_name: str
    tasks: list[str]
    description: str
    details: dict[str, Any]
    labels: list[str] | None
    multi_label: bool
    base: str | None
    run: str | None
    parent: str | None
    data: dict[str, Any] | None
    settings: dict[str, Any] | None
    metrics: dict[str, float]
    size_bytes: int
    created: datetime
    folder: Path
    fingerprint: str

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        values = {**self.__dict__, "created": self.created.isoformat(timespec="seconds"), "folder": str(self.folder)}
        return values


def card_of(folder: Path) -> Card:
    """The card of a model's folder; StudioError if it holds no model."""
    config = disk.read_json(folder / CONFIG)
    if not isinstance(config, dict) or "class" not in config:
        raise StudioError(f"{folder.name} holds no model: its {CONFIG} is missing or broken.", "Save the model again.")
    stored = disk.read_json(folder / CARD) or {}
    values = {key: stored.get(key) for key in _STORED}
    created = stored.get("created") or (folder / CONFIG).stat().st_mtime
    return Card(**{
        **values, "name": folder.name, "class_name": config["class"], "tasks": config.get("tasks") or [],
        "description": values["description"] or config.get("description") or "",
        "details": values["details"] or config.get("details") or {}, "labels": config.get("labels"),
        "multi_label": bool(config.get("multi_label")), "metrics": values["metrics"] or {},
        "size_bytes": disk.size_of(folder), "created": datetime.fromtimestamp(created, UTC), "folder": folder,
        "fingerprint": values["fingerprint"] or fingerprint(folder),
    })


def write_card(folder: Path, name: str, **values: Any) -> None:
    """Write or change a folder's card.json; name and description go into its config.json too, which the model reads."""
    config = disk.read_json(folder / CONFIG) or {}
    config["name"] = name
    if values.get("description") is not None:
        config["description"] = values["description"]
    if values.get("details") is not None:
        config["details"] = values["details"]
    disk.write_json(folder / CONFIG, config)
    disk.write_json(folder / CARD, {**(disk.read_json(folder / CARD) or {}), **values, "name": name})


def fingerprint(folder: Path) -> str:
    """SHA-256 over a package's files, but for the two that only describe it."""
    import hashlib

    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in (CARD, CONFIG):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
