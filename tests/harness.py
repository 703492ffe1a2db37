"""Every task with every kind of model that can serve it, tested alike: build, one, many, options, save, load, same answers.

A tenth task, or a further family, is tested by the declarations; only a new family adds a line to `BUILDERS`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.models.catalogue import FAMILIES
from engine.tasks import TASKS, Task
from tests import tiny, tiny_images

BUILDERS: dict[str, Callable[[Path], Any]] = {
    "STModel": tiny.feeling_model,
    "HFSeqTCModel": tiny.classifier_folder,
    "HFNLIModel": tiny.entailment_folder,
    "HFCausalLMTGModel": tiny.causal_folder,
    "HFSeq2SeqTGModel": tiny.seq2seq_folder,
    "T5QASummaryEmotion": tiny.seq2seq_folder,
    "SpanQA": tiny.causal_folder,
    "HFQAModel": tiny.question_folder,
    "ReadingPair": tiny.reading_pair,
    "EfficientNetLite": tiny_images.efficientnet_lite,
    "EfficientNet": tiny_images.efficientnet_folder,
    "CLIP": tiny_images.clip_folder,
    "ConSE": tiny_images.conse,
}  # a folder that the family reads, or a model


def build(family: str, folder: Path) -> Any:
    """A tiny model of a family."""
    from engine.models.packages import family as class_of

    built = BUILDERS[family](folder)
    if not isinstance(built, Path):
        return built
    return class_of(family).from_folder(built, name=f"tiny-{family.lower()}")


def pairs() -> list[Any]:
    """Each task with each family that can serve it, named by both."""
    return [pytest.param(task, name, id=f"{task.name}-{name}") for task in TASKS.values() for name, family in FAMILIES.items()
            if task.name in family.tasks]


def served(task: type[Task], family: str, folder: Path) -> Task:
    """The task with a tiny model of the family."""
    return task(build(family, folder))


def close(left: Any, right: Any) -> bool:
    """The same answers, numbers up to what batching changes."""
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(close(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(close(one, other) for one, other in zip(left, right, strict=True))
    return left == pytest.approx(right, abs=1e-4) if isinstance(left, float) else left == right
