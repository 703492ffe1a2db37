"""From an upload to rows: reading, storing, mapping columns, checking, fixing, splitting. Loaded when first used."""

from importlib import import_module
from typing import Any

_HOMES = {
    "read": "reading", "Table": "tables", "Facts": "tables", "Limits": "limits",
    "store": "uploads", "Upload": "uploads", "open_upload": "uploads", "sweep": "uploads",
    "Dataset": "dataset", "open_dataset": "dataset", "list_datasets": "dataset", "delete_dataset": "dataset",
    "pairs": "dataset", "delete_upload": "dataset", "list_uploads": "kept", "Kept": "kept",
    "guess": "mapping", "check_mapping": "mapping",
    "check": "checks", "Report": "findings", "Finding": "findings",
    "Fix": "fixes", "apply_fix": "fixes",
    "split": "splitting",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
