"""Names of saved models: 3 to 100 of a-z, 0-9, - and _; they name folders on every system."""

import re
import unicodedata

from engine.errors import StudioError

_RULE = re.compile(r"[a-z0-9_-]{3,100}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}  # Windows' devices


def check_name(name: str) -> str:
    """The name, or a StudioError with a name that would do."""
    if not isinstance(name, str) or not _RULE.fullmatch(name) or name in _RESERVED:
        raise StudioError(f"{name!r} cannot be a model's name: it takes 3 to 100 of a-z, 0-9, - and _.",
                          f"For example: {suggest(str(name))}")
    if name in _built_in():
        raise StudioError(f"`{name}` is the name of a ready-made model.", f"For example: {name}-own")
    return name


def suggest(text: str) -> str:
    """A valid name that is close to the text."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:100].strip("-_")
    if len(name) < 3 or name in _RESERVED:
        name = f"model-{name}".strip("-")
    return f"{name}-own" if name in _built_in() else name


def _built_in() -> set[str]:
    from engine.models.catalogue import PRESETS

    return {name for preset in PRESETS for name in (preset.name, *preset.aliases)}
