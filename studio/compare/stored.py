"""Rows that the studio itself puts together, kept as a data set like any other."""

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine import data, paths

if TYPE_CHECKING:
    from engine.data import Dataset

Rows = Sequence[Mapping[str, str]]


def table(rows: Rows, name: str) -> "Dataset":
    """Rows of texts, all with the same columns. name: of the data set, without an ending."""
    upload = data.store(as_csv(rows), f"{name}.csv")
    return data.Dataset.of(upload, encoding="utf-8", delimiter=",", header=1).save()


def pictured(rows: Rows, images: Mapping[str, bytes], name: str) -> "Dataset":
    """Rows of which a column names one of the images, {name: content}; images alone where that is their only column."""
    from engine.data import image_archives

    files = dict(images) | ({"items.csv": as_csv(rows)} if len(rows[0]) > 1 else {})
    with tempfile.TemporaryDirectory(dir=paths.cache()) as folder:
        image_archives.zipped(files, Path(folder) / "images.zip")
        return data.Dataset.of(data.store(Path(folder) / "images.zip", f"{name}.zip")).save()


def as_csv(rows: Rows) -> bytes:
    """UTF-8, every cell in quotes."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("utf-8", "replace")
