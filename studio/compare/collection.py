"""The items that are compared: their rows, their vectors, and how each is called."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine import hub
from engine.tasks import Task
from studio import charts, file_worker
from studio.compare.place import Place

if TYPE_CHECKING:
    from engine.data import Dataset
    from engine.similarity import Index

HELD = 3  # collections in memory; the vectors of all others are on disk

_held: OrderedDict[tuple[str, ...], "Collection"] = OrderedDict()


@dataclass(frozen=True)
class Collection:
    """frame: the rows that could be computed, in the index's order, by their numbers in the file. left_out: {row number: why}.
    columns: {input: column}. key: of the vectors. files: where the images that cells name lie."""

    dataset: str
    file: str
    task: type[Task]
    model: str
    columns: dict[str, str]
    frame: pd.DataFrame
    index: "Index"
    key: str
    left_out: dict[int, str]
    files: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def picture_column(self) -> str | None:
        return next((self.columns[field.name] for field in self.task.inputs if field.kind == "image"), None)

    @cached_property
    def text_column(self) -> str | None:
        return next((self.columns[field.name] for field in self.task.inputs if field.kind == "text"), None)

    def number(self, position: int) -> int:
        """The row's number in the file."""
        return int(self.frame.index[position])

    def position(self, number: int) -> int | None:
        """Where the row of that number is, if it was computed."""
        found = self.frame.index.get_indexer([number])[0] if len(self) else -1
        return int(found) if found >= 0 else None

    @cached_property
    def _cells(self) -> dict[str, Any]:
        """Each column as an array, which is much quicker to look into than a table."""
        return {str(name): self.frame[name].to_numpy(dtype=object) for name in self.frame.columns}

    def cell(self, position: int, column: str | None) -> str:
        value = self._cells[column][position] if column is not None else None
        return value if isinstance(value, str) else ""

    def name(self, position: int, most: int = 80) -> str:
        """An item in a few words: the start of its text, or the image's file."""
        text = " ".join(self.cell(position, self.text_column or self.picture_column)[:4 * most].split())
        return charts.shorten(text, most) if self.text_column is None else text if len(text) <= most else f"{text[:most - 1].rstrip()}…"

    def row(self, position: int) -> dict[str, Any]:
        """The item as the task takes it."""
        found = file_worker.Reading(self.task, self.columns, self.files).rows(self.frame.iloc[[position]])[0]
        return found if isinstance(found, dict) else {}


def held(place: Place, model: str) -> Collection | None:
    """The collection, where its vectors are in memory."""
    found = _held.get(_key(place, model))
    if found is not None:
        _held.move_to_end(_key(place, model))
    return found


def compute(place: Place, model: str, dataset: "Dataset", frame: pd.DataFrame, task: Task, watch: Callable[[int, int], None]) -> Collection:
    """Compute the vectors, or read them where they are on disk, and hold them. watch(done, total) may raise to stop."""
    from engine.similarity import Index
    from engine.similarity.computed import vectors

    files = dataset.files() if any(field.kind == "image" for field in task.inputs) else {}
    found = vectors(task, file_worker.Reading(task, place.columns, files).rows(frame), watch)
    kept = frame.iloc[found.places]
    left_out = {int(frame.index[row]): why for row, why in found.left_out.items()}
    collection = Collection(dataset.id, dataset.name, place.task_class, model, place.columns, kept, Index(found.vectors, list(kept.index)),
                            found.key, left_out, files)
    _held[_key(place, model)] = collection
    while len(_held) > HELD:
        _held.popitem(last=False)
    return collection


def _key(place: Place, model: str) -> tuple[str, ...]:
    saved = next((card.fingerprint for card in hub.list(task=place.task) if card.name == model), "")
    return place.dataset, place.task, *(f"{name}={column}" for name, column in sorted(place.columns.items())), model, str(saved)
