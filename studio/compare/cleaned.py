"""A file without the rows that are too much: a table as CSV, a zip of images as a zip."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import streamlit as st

from engine import data, disk, paths, words
from engine.data.cleaned import images_without
from studio import resources, server
from studio.compare import items, progress
from studio.compare.collection import Collection
from studio.state import peek, put
from studio.works import Watch, Works

if TYPE_CHECKING:
    from pandas import DataFrame

QUICK = 40_000_000  # bytes of a zip that is made while its download begins
KEPT_BYTES = 4_000_000_000

_made = Works("cleaned", kept=20)  # paths, by the data set and the rows that go


def download(collection: Collection, rows: Sequence[int], suffix: str, key: str) -> None:
    """A button for the file without the rows of these numbers. Rows without a vector stay: nothing is known against them."""
    dataset, said = data.open_dataset(collection.dataset), "it" if len(rows) == 1 else f"these {words.number(len(rows))}"
    label, name = f"Download without {said}", f"{PurePath(dataset.name).stem} {suffix}"
    if dataset.facts.format != "zip":
        items.download(label, lambda: resources.rows(dataset.id).drop(index=list(rows)), f"{name}.csv", key)
        return
    path = _path(dataset, rows)
    make = partial(_zip, dataset, frozenset(rows), path)
    if dataset.upload.size <= QUICK:
        st.download_button(label, lambda: make(lambda done, total: None).read_bytes(), f"{name}.zip", "application/zip", key=key,
                           on_click="ignore", icon=":material/download:")
    elif path.is_file():
        st.link_button(f"{label} ({words.size(path.stat().st_size)})", server.offer(path, f"{name}.zip"), key=key,
                       icon=":material/download:")
    else:
        _prepare(path, make, key, said)


def _prepare(path: Path, make: Callable[[Watch], Path], key: str, without: str) -> None:
    """A large zip is made on disk first, while the reader sees how far it is."""
    wanted = f"{key}_{path.stem}"
    if _made.result(path.stem):  # made before, and gone from the disk since
        _made.stop(path.stem)
    if peek(wanted) or _made.get(path.stem):
        progress.done(_made, path.stem, make, f"{key}_making", "file", partial(put, wanted, False))
        put(wanted, False)
        st.rerun()
    st.button(f"Prepare the zip without {without}", key=key, icon=":material/inventory:", on_click=put, args=(wanted, True),
              help="A large file: it is made on disk first, and can then be downloaded.")


def _path(dataset: data.Dataset, rows: Sequence[int]) -> Path:
    digest = hashlib.sha256(f"{dataset.id} {sorted(rows)}".encode()).hexdigest()[:32]
    return paths.cache() / "cleaned" / f"{digest}.zip"


def _zip(dataset: data.Dataset, rows: frozenset[int], path: Path, watch: Watch) -> Path:
    if not path.is_file():
        path.parent.mkdir(exist_ok=True)
        disk.make_room(path.parent, KEPT_BYTES - dataset.upload.size)
        images_without(dataset, rows, path, _table, watch)
    return path


def _table(frame: "DataFrame", names: str) -> bytes:
    return items.as_csv(frame, as_it_is=names)  # a quote before a file's name would name another file
