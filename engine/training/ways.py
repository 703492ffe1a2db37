"""How each kind of model learns each kind of thing: with which methods, and what it wants otherwise than these. No torch.

Learners train by these declarations and the wizard offers by them. A family in `engine.models.catalogue` names its way for each task.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Defaults = Mapping[str, Mapping[str, Any]]

# Settings that mean something for some ways only.
SPECIAL = frozenset(("augmentation", "copies", "mirrored", "ramped", "max_length", "max_input_length", "max_output_length", "class_weights",
                     "label_smoothing", "dropout", "hidden"))

OWN, UNCUT = "own steps", ", uncut"  # a class of the user's own; the ending of a way whose networks cannot be cut


@dataclass(frozen=True)
class Way:
    """methods: those that make sense, in the order of METHODS. defaults: for each method the settings in which it differs from what the
    method takes for itself (`rows_to_see` too). uses: which of SPECIAL mean something. best: of variants for which one method was measured
    to be best. Where a network cannot be cut, `partial` is left out."""

    methods: tuple[str, ...]
    defaults: Defaults = field(default_factory=dict)
    uses: frozenset[str] = field(default_factory=frozenset)
    best: Mapping[str, str] = field(default_factory=dict)


_PLAIN = {"label_smoothing": 0.0, "dropout": 0.0}
_TEXT = {**_PLAIN, "max_length": 512}
_IMAGES = frozenset(("augmentation", "copies", "mirrored", "ramped"))
_LABELS = frozenset(("class_weights", "label_smoothing", "dropout", "hidden"))
_IMAGE_LABELS: Defaults = {
    "head": {"learning_rate": 3e-3, "optimal_batch_size": 64, "dropout": 0.3, "early_stopping_epochs": 10},
    "partial": {"learning_rate": 1e-3, "optimal_batch_size": 32, "dropout": 0.2, "label_smoothing": 0.05, "early_stopping_epochs": 4,
                "augmentation": "medium", "copies": 3, "rows_to_see": 9_000},
    "full": {"learning_rate": 5e-4, "optimal_batch_size": 32, "dropout": 0.2, "rows_to_see": 9_000},
}
_IMAGE_VECTORS: Defaults = {
    "head": {**_PLAIN, "learning_rate": 1e-3, "optimal_batch_size": 64, "early_stopping_epochs": 3},
    "partial": {**_PLAIN, "learning_rate": 1e-4, "optimal_batch_size": 64, "rows_to_see": 9_000},
    "full": {**_PLAIN, "learning_rate": 5e-5, "optimal_batch_size": 32, "rows_to_see": 9_000},
}
_LENGTHS = frozenset(("max_input_length", "max_output_length"))
_WRITING: Defaults = {
    "lora": {**_PLAIN, "learning_rate": 4e-4, "optimal_batch_size": 8, "epochs": 2, "early_stopping_epochs": 1, "rank": 16},
    "full": {**_PLAIN, "learning_rate": 1e-3, "optimizer": "adafactor", "optimal_batch_size": 8, "epochs": 3,
             "early_stopping_epochs": 1},
}

WAYS: dict[str, Way] = {
    "text labels": Way(("head", "partial", "lora", "full"), uses=_LABELS | {"max_length"}),
    "text vectors": Way(("head", "partial", "lora", "full"), {
        "head": {**_TEXT, "learning_rate": 1e-3, "warmup": 0.1, "optimal_batch_size": 128, "early_stopping_epochs": 3},
        "partial": {**_TEXT, "learning_rate": 1e-4, "optimal_batch_size": 32},
        "lora": {**_TEXT, "learning_rate": 5e-4},
        "full": {**_TEXT, "learning_rate": 2e-5},
    }, frozenset(("max_length",)), {"triplet": "head"}),  # on banking77: recall@1 0.906 after head in 26 s, 0.881 after partial
    "image labels": Way(("head", "partial", "full"), _IMAGE_LABELS, _IMAGES | _LABELS),
    "image labels" + UNCUT: Way(("head", "full"), _IMAGE_LABELS, _IMAGES | _LABELS),
    "image vectors": Way(("head", "partial", "full"), _IMAGE_VECTORS, _IMAGES),
    "image vectors" + UNCUT: Way(("head", "full"), _IMAGE_VECTORS, _IMAGES),
    "image-text vectors": Way(("head",), {
        "head": {**_PLAIN, "learning_rate": 1e-3, "optimal_batch_size": 64, "early_stopping_epochs": 4},
    }, _IMAGES),
    "spans": Way(("partial", "lora", "full"), {
        "partial": {**_PLAIN, "learning_rate": 3e-4, "optimal_batch_size": 16, "rows_to_see": 6_000},
        "lora": {**_PLAIN, "learning_rate": 1e-3, "optimal_batch_size": 16, "rows_to_see": 6_000},
        "full": {**_PLAIN, "learning_rate": 5e-5, "optimal_batch_size": 16, "rows_to_see": 6_000},
    }),
    "writing": Way(("lora", "full"), _WRITING, _LENGTHS),
    "answers": Way(("lora", "full"), _WRITING, _LENGTHS),
    OWN: Way(("full", "lora"), {"full": {"learning_rate": 1e-4, "early_stopping_epochs": 1}}),
}
