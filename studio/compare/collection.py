"""The items that are compared: their rows, their vectors, and how each is called."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
    from engine.similarity.computed import Computed

HELD = 3  # collections in memory; the vectors of all others are on disk

_held: OrderedDict[tuple[str, ...], "Collection"] = OrderedDict()


@dataclass(frozen=True)
class Collection:
    """frame: the rows that have a vector, in the index's order, by their numbers in the file. left_out: {row number: why}.
    columns: {input: column}. key: of the vectors. files: where the images that cells name lie. model: empty where the vectors were
    brought in, whose name is `brought` then."""

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
    brought: str = ""

    @property
    def by(self) -> str:
        """What the vectors are from, in words."""
        return self.brought or self.model

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
    found = _held.get(identity(place, model))
    if found is not None:
        _held.move_to_end(identity(place, model))
    return found


def compute(place: Place, model: str, dataset: "Dataset", frame: pd.DataFrame, task: Task, watch: Callable[[int, int], None]) -> Collection:
    """Compute the vectors, or read them where they are on disk, and hold them. watch(done, total) may raise to stop."""
    from engine.similarity.computed import vectors

    rows = file_worker.Reading(task, place.columns, _files(place, dataset)).rows(frame)
    return _hold(place, model, dataset, frame, vectors(task, rows, watch))


def take(place: Place, dataset: "Dataset", frame: pd.DataFrame, vectors: Any, name: str) -> Collection:
    """Hold the rows with their vectors (N, D), which were computed elsewhere and are called so. StudioError: none of them can be used."""
    from engine.similarity.brought import usable

    found = usable(vectors, list(frame.index), name)
    # The same vectors may be those of other texts: what is drawn of the one must not be shown for the other.
    key = hashlib.sha256("|".join([found.key, *identity(place, "")]).encode()).hexdigest()[:32]
    return _hold(place, "", dataset, frame, replace(found, key=key), name)


def _hold(place: Place, model: str, dataset: "Dataset", frame: pd.DataFrame, found: "Computed", brought: str = "") -> Collection:
    from engine.similarity import Index

    kept = frame.iloc[found.places]
    left_out = {int(frame.index[row]): why for row, why in found.left_out.items()}
    collection = Collection(dataset.id, dataset.name, place.task_class, model, place.columns, kept, Index(found.vectors, list(kept.index)),
                            found.key, left_out, _files(place, dataset), brought)
    _held[identity(place, model)] = collection
    while len(_held) > HELD:
        _held.popitem(last=False)
    return collection


def _files(place: Place, dataset: "Dataset") -> Mapping[str, Any]:
    return dataset.files() if any(field.kind == "image" for field in place.task_class.inputs) else {}


def identity(place: Place, model: str) -> tuple[str, ...]:
    """What decides the items and their vectors; without a model the place says which vectors."""
    saved = next((card.fingerprint for card in hub.list(task=place.task) if card.name == model), "")
    return (place.dataset, place.task, *(f"{name}={column}" for name, column in sorted(place.columns.items())),
            model or place.vectors, str(saved))
