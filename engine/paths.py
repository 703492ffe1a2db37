"""Where everything is kept: one home folder, moved by the environment variable STUDIO_HOME."""

import os
from pathlib import Path


def home() -> Path:
    """The home folder (default ~/.backprop), made if it is missing."""
    folder = Path(os.environ.get("STUDIO_HOME") or Path.home() / ".backprop").expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def assets() -> Path:
    """What comes with the project: small weights, class names, samples. An exported model has no such folder."""
    return Path(__file__).resolve().parent.parent / "assets"


def _inside(name: str) -> Path:
    folder = home() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def database_url() -> str:
    """STUDIO_DATABASE_URL, or the SQLite file in the home folder."""
    return os.environ.get("STUDIO_DATABASE_URL") or f"sqlite:///{home() / 'hub.db'}"


def models() -> Path:
    return _inside("models")


def runs() -> Path:
    return _inside("runs")


def data() -> Path:
    return _inside("data")


def datasets() -> Path:
    return _inside("data/datasets")


def attachments() -> Path:
    return _inside("data/attachments")


def cache() -> Path:
    return _inside("cache")


def logs() -> Path:
    return _inside("logs")
