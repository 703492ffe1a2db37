"""Checks of images: missing, unreadable, copies, near-copies."""

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.findings import Finding, Subject
from engine.errors import StudioError
from engine.words import plural

OPENERS = 4
SIDE = 8  # of the picture from whose differences a fingerprint is made
NEAR = 3  # bits of 64 in which near-copies may differ
MOST_COMPARED = 8_000  # images of which each is compared with each


@dataclass(frozen=True)
class Look:
    """One image file. digest: of its bytes; print: 64 bits that alike pictures share (dHash); None where it cannot be opened."""

    digest: str
    print: int | None


def check_images(subject: Subject, files: Mapping[str, Any]) -> Iterator[Finding]:
    """Findings about each image column; nothing if the variant has none. files: where images lie, by the names that cells bear."""
    for column in (column for column in subject.variant.columns if column.kind == "image"):
        if name := subject.mapping.get(column.key):
            yield from _column(subject, name, files)


def _column(subject: Subject, name: str, files: Mapping[str, Any]) -> Iterator[Finding]:
    cells = [cell.strip() if isinstance(cell, str) else None for cell in subject.frame[name]]
    lost = np.array([cell is not None and cell not in files for cell in cells], dtype=bool)
    if lost.any():
        whole = "" if files else " The upload is a table without images: put it into a zip together with them."
        yield Finding("images_missing", "error", int(lost.sum()), f"{plural(int(lost.sum()), 'row')} whose image is not in the zip.",
                      f"The column “{name}” names images by their file names.{whole}",
                      "Drop these rows, or upload the zip with all images.",
                      subject.numbers(lost), (subject.drop(lost),) if not lost.all() else (), subject.examples(np.flatnonzero(lost)))
        if lost.all():
            return
    with ThreadPoolExecutor(OPENERS) as pool:
        looks = list(pool.map(lambda cell: None if cell not in files else look(str(Path(files[cell]))), cells))
    broken = np.array([found is not None and found.print is None for found in looks], dtype=bool)
    if broken.any():
        yield Finding("images_unreadable", "error", int(broken.sum()), f"{plural(int(broken.sum()), 'image')} that cannot be opened.",
                      "They are damaged, or no images at all.", "Drop these rows, or save the images again in another program.",
                      subject.numbers(broken), (subject.drop(broken),), subject.examples(np.flatnonzero(broken)))
    yield from _copies(subject, looks)


def _copies(subject: Subject, looks: list[Look | None]) -> Iterator[Finding]:
    """Only where a row is one image: in pairs the same image may well come again."""
    if sum(column.kind == "image" for column in subject.variant.columns) > 1:
        return
    several = any(column.kind == "text" for column in subject.variant.columns)  # an image with another text is another row
    seen: dict[str, int] = {}
    exact = np.zeros(len(looks), dtype=bool)
    torn = np.zeros(len(looks), dtype=bool)
    codes = subject.label_codes if subject.label_name else np.zeros(len(looks), dtype=np.int64)
    for row, found in enumerate(looks):
        if found is None or found.print is None:
            continue
        first = seen.setdefault(found.digest, row)
        if first != row:
            exact[row] = True
            torn[row] = codes[first] != codes[row]
    if torn.any():
        yield Finding("images_conflicting", "warning", int(torn.sum()), f"{plural(int(torn.sum()), 'image')} under more than one label.",
                      "The same picture teaches two different answers.", "Look which label is right, and drop the others.",
                      subject.numbers(torn), (subject.drop(torn),), subject.examples(np.flatnonzero(torn)))
    copies = exact & ~torn
    if copies.any() and not several:
        yield Finding("images_twice", "warning", int(copies.sum()), f"{plural(int(copies.sum()), 'image')} that repeats an earlier one."
                      if copies.sum() == 1 else f"{plural(int(copies.sum()), 'image')} that repeat an earlier one.",
                      "Copies teach nothing new, and one in training and its copy in validation flatter the result.",
                      "Keep the first of each.", subject.numbers(copies), (subject.drop(copies),), subject.examples(np.flatnonzero(copies)))
    near = _near(looks) & ~exact
    if near.any() and not several:
        yield Finding("images_alike", "note", int(near.sum()), f"{plural(int(near.sum()), 'image')} that nearly repeat an earlier one.",
                      "They look almost the same, as frames of one video do. In training and in validation they flatter the result.",
                      "Drop them if they are copies.", subject.numbers(near), (subject.drop(near),), subject.examples(np.flatnonzero(near)))


def _near(looks: list[Look | None]) -> np.ndarray:
    """(rows,) True where an earlier image's fingerprint differs in at most NEAR bits. Flat pictures, which all look alike, are left out."""
    mask = np.zeros(len(looks), dtype=bool)
    known = [(row, found.print) for row, found in enumerate(looks) if found is not None and found.print not in (None, 0)][:MOST_COMPARED]
    if not known:
        return mask
    prints = np.array([value for _, value in known], dtype=np.uint64)
    for place in range(1, len(prints)):
        if (np.bitwise_count(prints[:place] ^ prints[place]) <= NEAR).any():
            mask[known[place][0]] = True
    return mask


@lru_cache(maxsize=50_000)
def look(path: str) -> Look:
    """Open an image file once."""
    from PIL import Image

    from engine.images import open_image

    content = Path(path).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    try:
        small = open_image(content, size=64).convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BILINEAR)
    except StudioError:
        return Look(digest, None)
    values = np.asarray(small, dtype=np.int16)
    bits = (values[:, 1:] > values[:, :-1]).ravel()
    return Look(digest, int(np.packbits(bits).view(">u8")[0]))
