"""Uploads that belong to a saved data set, such as vectors of its rows that were computed elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from engine import disk, paths
from engine.data.uploads import Upload


def attach(dataset: str, upload: Upload) -> None:
    """The upload goes with the data set from now on, and with it when it is deleted."""
    with alone():
        kept = {identity: name for identity, name in attached(dataset).items() if identity != upload.id}
        disk.write_json(_path(dataset), {upload.id: upload.name, **kept}, upload.name)


def attached(dataset: str) -> dict[str, str]:
    """{id of the upload: its name}, the latest first."""
    found = disk.read_json(_path(dataset))
    return found if isinstance(found, dict) else {}


def detach(dataset: str) -> list[str]:
    """None of its uploads belongs to it any more; gives their ids."""
    found = list(attached(dataset))
    _path(dataset).unlink(missing_ok=True)
    return found


def all_attached() -> set[str]:
    """The ids of the uploads that belong to any data set."""
    return {identity for path in paths.attachments().glob("*.json") for identity in attached(path.stem)}


@contextmanager
def alone() -> Iterator[None]:
    """While this is held nobody else attaches or deletes, in no program."""
    with FileLock(paths.attachments() / ".lock"):
        yield


def _path(dataset: str) -> Path:
    return paths.attachments() / f"{dataset}.json"
