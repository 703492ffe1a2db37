"""A zip of images without some of its rows: the same folders and files, but for the images that only those rows name."""

import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Set
from functools import partial
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from engine import disk
from engine.data import archives, image_archives
from engine.data.limits import LIMITS
from engine.data.sources import Source
from engine.errors import StudioError

if TYPE_CHECKING:
    import pandas

    from engine.data.dataset import Dataset

IN_MEMORY = 16_000_000  # bytes of a member; what is larger waits on disk until it is known to be whole
PACKED = 0.9  # a member that became smaller than this is packed again; images rarely do
LONGEST = 1_000  # letters of a name
_DRIVE = re.compile(r"[A-Za-z]:")

AsCsv = Callable[["pandas.DataFrame", str], bytes]  # (rows, the column that names the images)


def images_without(dataset: "Dataset", rows: Set[int], path: Path, as_csv: AsCsv, watch: Callable[[int, int], None]) -> None:
    """Write the zip to path, whole or not at all. rows: numbers of those that go; watch(files done, all files) may raise to stop.

    An image stays while another row names it. The table among the images, if there is one, loses the rows and becomes a CSV file.
    Members that cannot be unpacked, and links, are left out. StudioError: it would unpack to more than is allowed, or the disk is full.
    """
    frame = dataset.frame()
    with archives.opened(Source(dataset.upload.path, dataset.name), image_archives.for_images(LIMITS)) as archive:
        every = archives.members(archive)
        members = [member for member in every if not archives.is_link(member)]
        known = image_archives.by_name({name: name for name in image_archives.images_among(every)})
        column = image_archives.naming_column(frame, list(known.values()))
        if column is None:
            raise StudioError(f"No column of {dataset.name} names most of its images.", "Take the groups as a table instead.")
        image_of, going = frame[column].map(partial(image_archives.named, known)), frame.index.isin(list(rows))
        surplus = set(image_of[going].dropna()) - set(image_of[~going].dropna())
        stay = [member for member in members if member.filename not in surplus]
        # Rows that are the images themselves were read from no table, so no cells of it were counted.
        table = image_archives.table_among(members) if dataset.facts.widths else None
        names = _safe_names([member.filename for member in stay])

        def write(stream: BinaryIO) -> None:
            with zipfile.ZipFile(stream, "w") as target:
                for number, member in enumerate(stay, start=1):
                    if member is table:
                        name = str(PurePosixPath(names[member.filename]).with_suffix(".csv"))
                        cells = [cell if names.get(image, image) == image else names[image]
                                 for cell, image in zip(frame[column], image_of, strict=True)]
                        target.writestr(name, as_csv(frame.assign(**{column: cells})[~going], column), zipfile.ZIP_DEFLATED)
                    else:
                        _copy(archive, member, target, names[member.filename])
                    watch(number, len(stay))

        disk.write_atomically(path, write, dataset.name)


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: zipfile.ZipFile, name: str) -> None:
    """One member under its name, unless it is damaged."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as whole:
        try:
            for chunk in archives.chunks(archive, member, LIMITS):
                whole.write(chunk)
        except archives.DAMAGED:
            return
        if target.fp is not None and target.fp.tell() + whole.tell() > LIMITS.octets:
            raise StudioError(f"The cleaned file would have more than {LIMITS.octets:,} bytes.", "Take the groups as a table instead.")
        made = zipfile.ZipInfo(name, member.date_time)
        made.compress_type = zipfile.ZIP_DEFLATED if member.compress_size < PACKED * member.file_size else zipfile.ZIP_STORED
        made.external_attr = 0o644 << 16
        made.file_size = whole.tell()
        whole.seek(0)
        with target.open(made, "w") as stream:
            while chunk := whole.read(1 << 20):
                stream.write(chunk)


def _safe_names(names: list[str]) -> dict[str, str]:
    """{name in the upload: name to write}: the same, but for those that lead out of the folder in which they are unpacked."""
    written: dict[str, str] = {}
    taken = {name for name in names if _is_safe(name)}
    for name in dict.fromkeys(names):
        written[name] = name if _is_safe(name) else next(other for other in _inside(name) if other not in taken)
        taken.add(written[name])
    return written


def _is_safe(name: str) -> bool:
    parts = re.split(r"[\\/]", name)
    return bool(parts[0]) and ".." not in parts and not _DRIVE.match(name) and len(name) <= LONGEST and not any(map(_is_control, name))


def _is_control(letter: str) -> bool:
    """Not every letter that has no shape: macOS writes a narrow space into the names of screenshots."""
    return unicodedata.category(letter) in ("Cc", "Cs")


def _inside(name: str) -> Iterator[str]:
    """Names without what leads out, with numbers in front where they are taken."""
    parts = [part for part in re.split(r"[\\/]", _DRIVE.sub("", name, count=1)) if part not in ("", ".", "..")]
    plain = "".join("_" if _is_control(letter) else letter for letter in "/".join(parts))[-LONGEST:].lstrip("/") or "file"
    yield plain
    yield from (f"{number}-{plain}" for number in count(2))
