"""Bytes in memory or a file on disk, opened the same way as often as needed. A user's file name is never used as a path."""

import io
from pathlib import Path
from typing import BinaryIO

HEAD = 262_144
CHUNK = 4_194_304


class Source:
    """Where a table's bytes come from. `name` is only shown and looked at for its ending."""

    def __init__(self, content: bytes | Path, name: str) -> None:
        self.content = content
        self.name = display_name(name)
        self.size = len(content) if isinstance(content, bytes) else content.stat().st_size

    def open(self) -> BinaryIO:
        """A new reader at the first byte."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else open(self.content, "rb")

    def head(self, count: int = HEAD) -> bytes:
        with self.open() as stream:
            return stream.read(count)

    @property
    def ending(self) -> str:
        """csv for a name like Orders.CSV; empty if there is none."""
        return self.name.rsplit(".", 1)[-1].lower() if "." in self.name else ""


def display_name(raw: str) -> str:
    """The last part of a raw name, printable and at most 120 characters: `../../big.csv` is shown as `big.csv`."""
    last = raw.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    shown = "".join(letter if letter.isprintable() else "_" for letter in last).strip()
    if len(shown) > 120:
        stem, dot, ending = shown.rpartition(".")
        shown = f"{stem[:100]}….{ending[:12]}" if dot else f"{shown[:110]}…"
    return shown if shown.strip(".") else "table"
