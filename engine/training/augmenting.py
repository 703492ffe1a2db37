"""Changed copies of the training images, as examples of their own. Validation images stay as they are."""

from dataclasses import replace
from typing import Any

import numpy as np

from engine.training.examples import Examples
from engine.training.images import STRENGTHS, Augmented
from engine.training.settings import Settings

NONE = "none"


def augmented(examples: Examples, settings: Settings) -> Examples:
    """The examples with `settings.copies` changed copies of each training one; as they are where nothing is to be changed.

    Copies grow stronger from the first to the last, so that both mild and strong changes are learnt from.
    """
    copies = settings.copies or 0
    if settings.augmentation in (None, NONE) or not copies:
        return examples
    inputs, index = list(examples.inputs), [examples.index]
    used = np.unique(examples.index[examples.train])
    for copy in range(copies):
        strength = STRENGTHS[str(settings.augmentation)] * (copy + 1) / copies
        places = np.full(len(examples.inputs), -1, dtype=np.int64)
        for place in used:
            places[place] = len(inputs)
            inputs.append(_changed(examples.inputs[place], settings.seed + 7919 * int(place) + copy, strength, settings.mirrored))
        index.append(places[examples.index[examples.train]])
    count = len(examples.index)
    again = np.concatenate([np.arange(count), *[examples.train] * copies])
    rows = examples.rows if len(examples.rows) else np.arange(count)
    return replace(examples, inputs=inputs, index=np.concatenate(index), targets=examples.targets[again.tolist()], rows=rows[again],
                   train=np.concatenate([examples.train, np.arange(count, len(again))]), copies=copies)


def _changed(given: Any, seed: int, strength: float, mirrored: bool) -> Any:
    """An image, or an image with its text."""
    if isinstance(given, tuple):
        return (Augmented(given[0], seed, strength, mirrored), *given[1:])
    return Augmented(given, seed, strength, mirrored)
