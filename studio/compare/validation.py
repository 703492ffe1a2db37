"""A run's validation rows as a data set of their own, with what was wanted and what its model answered as columns to colour by."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from engine import runs
from engine.errors import StudioError
from engine.images import ENDINGS
from engine.runs import Run
from engine.runs.inputs import read_params
from engine.tasks import task_class
from studio import model_picker, resources
from studio.answer_table import free
from studio.compare import stored
from studio.compare.place import Place

if TYPE_CHECKING:
    from engine.data import Dataset

ENDED = ("finished", "stopped")
MOST = 12  # runs that are offered
PREDICTED, OUTCOME, NUMBER = "predicted", "outcome", "row in the file"
RIGHT, WRONG = "right", "wrong"


def offered() -> list[Run]:
    """The latest runs that held rows back."""
    return [run for run in runs.list(states=ENDED) if run.has_model and run.settings.get("validation_split") != 0][:MOST]


def prepared(identity: str) -> tuple[Place, str]:
    """(where a run's validation rows are compared, the model that does it): the run's own where it is saved and gives vectors, else its
    base, else empty for the usual one."""
    run = runs.get(identity)
    dataset = dataset_of(run)
    task = next(iter(resources.fitting(dataset.id)), "")
    known = {choice.name for choice in model_picker.choices(task)} if task else set()
    return Place(dataset.id, task, ready=True), next((name for name in (run.saved_as, run.model) if name in known), "")


def dataset_of(run: Run) -> "Dataset":
    """The rows that the run was measured on. StudioError: it held none back, or they are gone."""
    places = list(dict.fromkeys(run.result.validation)) if run.result else []
    if not places:
        raise StudioError(f"{run.name} has no validation rows.", "It held none back, or it ended before they were noted.")
    params = read_params(run.id, places)
    columns = [column for column in task_class(run.task).variant(run.variant).columns if column.key in params]
    images: dict[str, bytes] = {}
    taken: set[str] = set()
    found: dict[str, Sequence[Any]] = {}
    for column in columns:
        cells = params[column.key]
        if column.kind == "image":
            names = _image_names(cells)
            images |= dict(zip(names, map(bytes, cells), strict=True))
            cells = names
        found[free(column.label.lower(), taken)] = cells
    for name, cells in {**_answered(run, places, params[columns[-1].key]), NUMBER: _numbers(run, places)}.items():
        if cells:
            found[free(name, taken)] = cells
    rows = [dict(zip(found, map(_text, cells), strict=True)) for cells in zip(*found.values(), strict=True)]
    title = f"{run.name}, validation rows"
    return stored.pictured(rows, images, title) if images else stored.table(rows, title)


def _answered(run: Run, places: list[int], wanted: Sequence[Any]) -> dict[str, list[Any]]:
    """What was answered, and whether that was right; nothing where the run did not keep it."""
    evaluation = run.result.evaluation if run.result else None
    if run.result is None or evaluation is None or not evaluation.predicted:
        return {}
    given = dict(zip(run.result.validation, evaluation.predicted, strict=True))
    said = [[evaluation.labels[one] for one in given[place]] if isinstance(given[place], list) else evaluation.labels[given[place]]
            for place in places]
    return {PREDICTED: said, OUTCOME: [RIGHT if _ordered(one) == _ordered(other) else WRONG
                                       for one, other in zip(said, wanted, strict=True)]}


def _ordered(labels: Any) -> list[str]:
    return sorted(map(str, labels)) if isinstance(labels, list | tuple) else [str(labels)]


def _numbers(run: Run, places: list[int]) -> list[int]:
    """The rows' numbers in the file that they are from."""
    known = runs.row_numbers(run.id)
    return [known[place] for place in places] if known else []


def _text(cell: Any) -> str:
    return "|".join(map(str, cell)) if isinstance(cell, list | tuple) else "" if cell is None else str(cell)


def _image_names(images: Sequence[Any]) -> list[str]:
    """A name for each, by which it is told from the others and known as an image."""
    taken: set[str] = set()
    paths = [PurePosixPath(image.name) for image in images]
    return [f"{free(path.stem, taken)}{path.suffix if path.suffix[1:].lower() in ENDINGS else '.png'}" for path in paths]
