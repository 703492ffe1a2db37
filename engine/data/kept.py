"""All that was brought and is kept: each upload with what was made of it, so that one sees what takes room, and can let go of it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from engine import disk, paths
from engine.data import attachments
from engine.data.dataset import list_datasets
from engine.data.uploads import ID, Upload, open_upload
from engine.errors import StudioError


@dataclass(frozen=True)
class Kept:
    """An upload under the name that it bore last, the ids of its data sets (the latest first), and the bytes that all of it takes."""

    upload: Upload
    datasets: tuple[str, ...]
    size_bytes: int


def list_uploads() -> list[Kept]:
    """The latest first. An upload that only belongs to other data, such as vectors of its rows, counts as a part of that."""
    uploads, datasets = {upload.id: upload for upload in _alone()}, defaultdict[str, list[str]](list)
    for dataset in reversed(list_datasets()):
        uploads[dataset.upload.id] = dataset.upload
        datasets[dataset.upload.id].insert(0, dataset.id)
    kept = [Kept(upload, tuple(datasets[upload.id]), _size(upload.id, datasets[upload.id])) for upload in uploads.values()]
    return sorted(kept, key=lambda one: one.upload.stored, reverse=True)


def _alone() -> Iterator[Upload]:
    """Those that belong to no other data; what a crash left is passed over."""
    parts = attachments.all_attached()
    for folder in paths.data().iterdir():
        if ID.match(folder.name) and folder.name not in parts:
            try:
                yield open_upload(folder.name)
            except (StudioError, ValueError, KeyError):
                continue


def _size(upload: str, datasets: list[str]) -> int:
    return sum(disk.size_of(paths.data() / one) for one in {upload}.union(*map(attachments.attached, datasets)))
