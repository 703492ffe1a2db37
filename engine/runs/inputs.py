"""A run's folder: what it was given (frozen at the start, so that it can be repeated after anything) and what it made.

params.parquet  the rows, one column for each key        model/        the trained model, as a package of the hub
rows.parquet    their numbers in the user's file         result.json   metrics, history, evaluation
run.json        what else it was started with            base/         the model it starts from, if an object was given
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import StudioError
from engine.runs.records import valid_id
from engine.tasks import TASKS

Params = dict[str, list[Any]]
IMAGE_KEYS = frozenset(column.key for task in TASKS.values() for variant in task.variants for column in variant.columns
                       if column.kind == "image")
ROWS, NUMBERS, RESULT, BASE = "params.parquet", "rows.parquet", "result.json", "base"


def folder(run_id: str) -> Path:
    """The run's folder, which may not exist. An id that could lead elsewhere is refused."""
    if not valid_id(run_id):
        raise StudioError(f"There is no run {run_id!r}.", "A run's id looks like 20261122-104211-3f2a.")
    return paths.runs() / run_id


def model_folder(run_id: str) -> Path:
    return folder(run_id) / "model"


def frozen(params: Mapping[str, list[Any]]) -> Params:
    """The params as a run keeps them: images become files of its own, so that nothing outside can change them."""
    from engine.images import StoredImage

    return {key: [StoredImage.of(value) for value in values] if _are_images(key, values) else values for key, values in params.items()}


def _are_images(key: str, values: list[Any]) -> bool:
    return key in IMAGE_KEYS and any(value is not None for value in values)


def write_params(params: Mapping[str, list[Any]], path: Path) -> None:
    """Write rows; StudioError if a column mixes kinds of values."""
    import pyarrow
    from pyarrow import parquet

    columns = {}
    for key, values in params.items():
        try:
            columns[key] = pyarrow.array([{"name": value.name, "content": bytes(value)} for value in values]
                                         if _are_images(key, values) else values)
        except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, pyarrow.ArrowNotImplementedError) as error:
            kinds = sorted({type(value).__name__ for value in values})
            raise StudioError(f"`{key}` holds values that cannot be kept together ({', '.join(kinds)}).",
                              "Give values of one kind, such as texts.") from error
    parquet.write_table(pyarrow.table(columns), path, compression="zstd")


def read_params(run_id: str, rows: list[int] | None = None) -> Params:
    """The rows that the run was started with, or some of them by their places."""
    found = _read(folder(run_id) / ROWS, rows)
    if found is None:
        raise StudioError(f"The rows of run {run_id} are gone.", "Its folder was removed by hand. Start a new run.")
    return found


def images_of(run_id: str, rows: list[int]) -> list[Any]:
    """The images of these rows, of the first column that has any; empty where the run learnt from none."""
    from pyarrow import parquet

    path = folder(run_id) / ROWS
    if not rows or not path.is_file():
        return []
    keys = [name for name in parquet.read_schema(path).names if name in IMAGE_KEYS]
    return _images(parquet.read_table(path, columns=keys[:1]).column(0).take(rows).to_pylist()) if keys else []


def row_numbers(run_id: str) -> list[int] | None:
    """For each row its number in the user's file, as a spreadsheet shows it; None if the rows did not come from one."""
    found = _read(folder(run_id) / NUMBERS)
    return None if found is None else found["number"]


def _read(path: Path, rows: list[int] | None = None) -> Params | None:
    from pyarrow import parquet

    if not path.is_file():
        return None
    table = parquet.read_table(path, memory_map=False)
    table = table if rows is None else table.take(rows)
    return {name: _images(table.column(name).to_pylist()) if name in IMAGE_KEYS else table.column(name).to_pylist()
            for name in table.column_names}


def _images(rows: list[Any]) -> list[Any]:
    from engine.images import StoredImage

    found = []
    for row in rows:
        image = StoredImage(row["content"])
        image.name = row["name"]
        found.append(image)
    return found


def fingerprint(params: Mapping[str, list[Any]]) -> str:
    """16 hex digits that stand for these very rows in this order."""
    digest = hashlib.sha256()
    for key in sorted(params):
        digest.update(json.dumps(key).encode())
        for value in params[key]:
            digest.update(value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, default=str).encode())
            digest.update(b"\0")
    return digest.hexdigest()[:16]
