"""From params to what is learnt from: inputs, classes, targets and the split, with every refusal in plain words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import StudioError
from engine.tasks import task_class
from engine.training.losses import encode
from engine.training.settings import Settings

NEARLY_EVERY_ROW = 0.5  # more classes than this share of the rows: the label column is most likely an identifier
CLASSES_WORTH_ASKING = 50


@dataclass(frozen=True)
class Examples:
    """Rows to learn from. classes are sorted, so that indices are the same in every process. train, validation: positions of rows."""

    inputs: list[str]
    classes: list[str]
    targets: Tensor
    multi_label: bool
    metric: str
    train: NDArray[np.int64]
    validation: NDArray[np.int64]

    @property
    def truth(self) -> NDArray[np.int64]:
        """Targets of the validation rows."""
        return self.targets.numpy()[self.validation].astype(np.int64)


def read_examples(task: str, variant: str, params: Mapping[str, Any], settings: Settings) -> Examples:
    """Check the params against the task's declaration, find the classes and split the rows."""
    declared = task_class(task)
    chosen = declared.variant(variant)
    checked = declared.check_params(params, chosen)
    column = next(item for item in chosen.columns if item.kind in ("label", "labels"))
    inputs = _inputs(checked[chosen.columns[0].key])
    multi_label = column.kind == "labels"
    values = _labels(checked[column.key], multi_label)
    classes = sorted({label for labels in values for label in labels} if multi_label else set(values))
    _check_classes(classes, len(inputs), multi_label)
    train, validation = _split(inputs, values, settings)
    return Examples(inputs, classes, encode(values, classes, multi_label), multi_label, chosen.metric, train, validation)


def _inputs(values: Sequence[Any]) -> list[str]:
    empty = [row for row, value in enumerate(values) if value is None or value != value or not str(value).strip()]
    if empty:
        raise StudioError(f"{len(empty)} rows have no text, such as row {empty[0]}.", "Drop them, or fill them in.")
    return [str(value) for value in values]


def _labels(values: Sequence[Any], multi_label: bool) -> list[Any]:
    if multi_label:
        if wrong := [row for row, labels in enumerate(values) if not isinstance(labels, list | tuple | set | frozenset)]:
            raise StudioError(f"The labels of row {wrong[0]} are {values[wrong[0]]!r}, not a list.",
                              "Give a list of labels for each row; it may be empty.")
        return [sorted({str(label) for label in labels}) for labels in values]
    if missing := [row for row, label in enumerate(values) if label is None or label != label or not str(label).strip()]:
        raise StudioError(f"{len(missing)} rows have no label, such as row {missing[0]}.", "Drop them, or fill them in.")
    if wrong := [row for row, label in enumerate(values) if isinstance(label, list | tuple | set | dict)]:
        raise StudioError(f"Row {wrong[0]} has several labels: {values[wrong[0]]!r}.", "Choose the variant with several labels per text.")
    return [str(label) for label in values]


def _check_classes(classes: list[str], rows: int, multi_label: bool) -> None:
    if rows < 2:
        raise StudioError(f"There is {rows} row, and that is too few to learn from." if rows else "There are no rows to learn from.",
                          "Give at least two rows, better ten for each label.")
    if len(classes) < (1 if multi_label else 2):
        said = f"Every row has the same label, {classes[0]!r}." if classes else "No row has a label."
        raise StudioError(said, "There is something to learn only if the labels differ; is it the right column?")
    if not multi_label and len(classes) > max(NEARLY_EVERY_ROW * rows, CLASSES_WORTH_ASKING):
        raise StudioError(f"{rows:,} rows have {len(classes):,} different labels.",
                          "A label has to occur several times to be learnt; is the label column an identifier or a free text?")


def _split(inputs: list[str], values: list[Any], settings: Settings) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(training, validation) positions. A share of 0 trains on all rows and measures on none."""
    given, rows = settings.validation_split, len(inputs)
    if isinstance(given, tuple | list):
        train, validation = (np.asarray(part, dtype=np.int64) for part in given)
        outside = [int(row) for row in np.concatenate([train, validation]) if not 0 <= row < rows]
        if outside:
            raise StudioError(f"The split names row {outside[0]}, but the rows go from 0 to {rows - 1}.", "Give row numbers that exist.")
    elif given == 0:
        train, validation = np.arange(rows), np.arange(0)
    else:
        from engine.data.splitting import split

        train, validation = (np.asarray(part, dtype=np.int64) for part in split(values, given, settings.seed, texts=inputs))
    if len(train) == 0:
        raise StudioError("No row is left to train on.", "Make the validation share smaller.")
    return train, validation


def majority(examples: Examples) -> NDArray[np.float64]:
    """Probabilities (validation rows, classes) of always answering what is most frequent in training."""
    targets = examples.targets.numpy()[examples.train]
    answer = np.zeros(len(examples.classes))
    if examples.multi_label:
        answer[targets.mean(axis=0) >= 0.5] = 1.0
        if not answer.any():
            answer[targets.sum(axis=0).argmax()] = 1.0
    else:
        answer[Counter(targets.tolist()).most_common(1)[0][0]] = 1.0
    return np.repeat(answer[None], len(examples.validation), axis=0)
