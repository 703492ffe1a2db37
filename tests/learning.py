"""Rows for every variant, made from its declaration, whose inputs give away what is to be learnt."""

import csv
import io
import json
import zipfile
from typing import Any

import numpy as np

from engine.tasks import Task, Variant
from tests import tiny

ROWS = 24
SHOWN = {"animals": "mad", "food": "happy", "tools": "green"}  # a word of the tiny models' vocabulary for each label
LABELS = list(SHOWN)


def picture(label: str, seed: int) -> Any:
    """A picture in the label's colour."""
    from PIL import Image

    noise = np.random.default_rng(seed).integers(0, 60, size=(48, 48, 3), dtype=np.uint8)
    noise[..., LABELS.index(label)] += 190
    return Image.fromarray(noise)


def text(label: str, seed: int) -> str:
    words = np.random.default_rng(seed).choice(tiny.WORDS[5:], size=3)
    return f"{SHOWN[label]} {' '.join(words)} {SHOWN[label]} {seed}"


def params(variant: Variant) -> dict[str, list[Any]]:
    """Rows whose inputs give away what is to be learnt."""
    names = [LABELS[row % 3] for row in range(ROWS)]
    others = [LABELS[row // 3 % 3] for row in range(ROWS)]
    inputs = [column for column in variant.columns if column.kind in ("text", "image")]
    made: dict[str, list[Any]] = {}
    for place, column in enumerate(variant.columns):
        own = others if variant.columns[-1].kind == "score" and place >= len(inputs) // 2 else names
        if column.kind == "image":
            made[column.key] = [picture(label, row) for row, label in enumerate(own)]
        elif column.kind == "text":
            made[column.key] = [text(label, row) for row, label in enumerate(own)]
        elif column.kind == "labels":
            made[column.key] = [[label] for label in names]
        elif column.kind in ("label", "group"):
            made[column.key] = names
        elif column.kind == "score":
            made[column.key] = [1.0 if one == other else -0.2 for one, other in zip(names, others, strict=True)]
        else:
            made[column.key] = [[("is it green ?", "green")] if row % 2 else [] for row in range(ROWS)]
    if "answers" in made:
        made["answers"] = [context.split()[0] for context in made["contexts"]]
    if "output_text" in made:
        made["output_text"] = [SHOWN[label] for label in names]
    return made


def rows(task: type[Task], given: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """The same inputs as the task is asked with."""
    keys = {field.name: next((key for key in given if key.rstrip("s12") in (field.name, "img" if field.name == "image" else "")
                              or key == "input_text" and field.name == "text"), None) for field in task.inputs}
    return [{name: given[key][row] for name, key in keys.items() if key} for row in range(6)]


def upload(variant: Variant) -> tuple[str, bytes]:
    """(name, content) of the file that a user would bring with these rows: a table, or a zip of it and its images."""
    given = params(variant)
    pictures = {column.key for column in variant.columns if column.kind == "image"}
    files = {f"{key}_{row}.png": _png(value) for key in pictures for row, value in enumerate(given[key])}
    cells = {key: [f"{key}_{row}.png" if key in pictures else _cell(value) for row, value in enumerate(values)]
             for key, values in given.items()}
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(cells)
    writer.writerows(zip(*cells.values(), strict=True))
    if not pictures:
        return "rows.csv", table.getvalue().encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("rows.csv", table.getvalue())
        for name, content in files.items():
            archive.writestr(name, content)
    return "rows.zip", packed.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return json.dumps(value) if not value or isinstance(value[0], tuple) else "|".join(value)
    return str(value)


def _png(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
