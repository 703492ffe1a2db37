"""A zip of images as a table: a row for each image, with its folder, or the rows of the one table that lies beside the images.

Reading looks at names alone. The images are unpacked once, when they are first asked for, under names of our own.
"""

import json
import os
import uuid
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from engine import disk
from engine.data import archives, files
from engine.data.limits import LIMITS, Limits
from engine.data.sources import Source
from engine.data.tables import Facts, Table
from engine.errors import StudioError
from engine.images import ENDINGS, MOST_BYTES, NamedImage

if TYPE_CHECKING:
    import pandas

    from engine.data.uploads import Upload

Named = TypeVar("Named")
IMAGE, FOLDER, PART = "image", "folder", "part"
PARTS = {"train": "train", "training": "train", "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
         "test": "test", "testing": "test"}  # folders that say what their images are for
_FOLDER = "images"
_INDEX = "index.json"
_TABLES = ("csv", "tsv", "jsonl", "ndjson", "xlsx", "parquet")


def holds_images(archive: zipfile.ZipFile) -> bool:
    return any(_ending(member.filename) in ENDINGS for member in archives.members(archive))


def read(archive: zipfile.ZipFile, read_table: Callable[[zipfile.ZipInfo], Table]) -> Table:
    """The images as rows (columns image and, where they lie in folders, folder), or the rows of a table among them.

    A table counts if one of its columns names most of its images; that column is then called by its own name.
    """
    found = archives.members(archive)
    images = sorted(images_among(found))
    if described := table_among(found):
        table = read_table(described)
        if naming_column(table.frame, images) is not None:
            notes = (*table.facts.notes, f"The table {described.filename} lies beside {len(images):,} images.")
            return Table(table.frame, replace(table.facts, format="zip", notes=notes))
    unused = (f"The table {described.filename} names too few of them and is left out.",) if described else ()
    return Table(_frame(images), Facts("zip", records=len(images), notes=(f"A zip of {len(images):,} images.", *unused)))


def images_among(members: Iterable[zipfile.ZipInfo]) -> list[str]:
    """The names of the images among these files."""
    return [member.filename for member in members if _ending(member.filename) in ENDINGS]


def table_among(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo | None:
    """The one table among these files; None where there is none, or more than one."""
    tables = [member for member in members if _ending(member.filename) in _TABLES]
    return tables[0] if len(tables) == 1 else None


def naming_column(frame: "pandas.DataFrame", images: list[str]) -> str | None:
    """The column whose cells are names of the images."""
    known = by_name({image: image for image in images})
    shares = {column: frame[column].map(partial(named, known)).notna().mean() for column in frame.columns}
    best = max(shares, key=lambda column: shares[column], default=None)
    return best if best is not None and shares[best] > 0.5 else None


def by_name(images: Mapping[str, Named]) -> dict[str, Named]:
    """What belongs to each image, by its name in the zip and by its bare file name."""
    return {**{PurePosixPath(name).name: own for name, own in images.items()}, **images}


def named(images: Mapping[str, Named], cell: Any) -> Named | None:
    """The image that a cell names; None where it names none."""
    return images.get(cell.strip()) if isinstance(cell, str) else None


def _frame(images: list[str]) -> "pandas.DataFrame":
    import pandas

    folders = [PurePosixPath(image).parent.name for image in images]
    parts = [_part(image) for image in images]
    known = {"train", "validation"} <= set(parts) or {"train", "test"} <= set(parts)
    columns = {IMAGE: images, **({FOLDER: folders} if any(folders) else {}), **({PART: parts} if known else {})}
    return pandas.DataFrame(columns, index=pandas.RangeIndex(1, len(images) + 1, name="row"), dtype="object").replace("", None)


def _part(image: str) -> str:
    """What a folder above an image says it is for; empty where none does."""
    return next((PARTS[name.lower()] for name in PurePosixPath(image).parts[:-2] if name.lower() in PARTS), "")


def split_of(parts: "pandas.Series") -> tuple[list[int], list[int]] | None:
    """(training, validation) positions by such folders. Without one for validation, what is to test is measured on; else it is left out."""
    found = {name: [row for row, part in enumerate(parts) if part == name] for name in ("train", "validation", "test")}
    held = found["validation"] or found["test"]
    return (found["train"], held) if found["train"] and held else None


def unpacked(upload: "Upload", limits: Limits = LIMITS) -> dict[str, NamedImage]:
    """Each image on disk, by its name in the zip and by its bare file name. Unpacked once, whole or not at all."""
    folder = upload.folder / _FOLDER
    if not (folder / _INDEX).is_file():
        _unpack(upload, folder, limits)
    index = json.loads((folder / _INDEX).read_text("utf-8"))
    images = {name: NamedImage(folder / stored, name) for name, stored in index.items()}
    return by_name(images)


def _unpack(upload: "Upload", folder: Path, limits: Limits) -> None:
    part = upload.folder / f".{uuid.uuid4().hex}.part"
    index, total = {}, 0
    with disk.said_if_full(upload.name), archives.opened(Source(upload.path, upload.name), for_images(limits)) as archive:
        part.mkdir()
        try:
            for number, member in enumerate(archives.members(archive), start=1):
                if _ending(member.filename) not in ENDINGS or member.file_size > MOST_BYTES or archives.is_link(member):
                    continue  # its row says that the image is not there
                stored = f"{number:06}.{_ending(member.filename)}"
                try:
                    total += _copy(archive, member, part / stored, limits)
                except archives.DAMAGED:
                    continue  # this one is damaged; the others are not
                if total > limits.octets:
                    raise StudioError(f"{upload.name} unpacks to more than {limits.octets:,} bytes.", "Upload a part of the images.")
                index[member.filename] = stored
            disk.write_json(part / _INDEX, index, upload.name)
            if folder.exists():
                files.remove(folder)
            os.rename(part, folder)
        finally:
            if part.exists():
                files.remove(part)


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, limits: Limits) -> int:
    count = 0
    with open(path, "wb") as target:
        for chunk in archives.chunks(archive, member, limits):
            count += target.write(chunk)
    return count


def for_images(limits: Limits) -> Limits:
    """A zip may hold more images than a zip of a table may hold files."""
    return replace(limits, archive_members=limits.images)


def zipped(images: dict[str, bytes], path: Path) -> None:
    """Several images as one archive, which is then stored like any other upload."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in images.items():
            archive.writestr(name, content)


def _ending(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""
