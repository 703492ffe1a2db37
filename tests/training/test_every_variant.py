"""Every task and variant with every family that learns it: trained, measured, saved, loaded, the same answers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine.errors import StudioError
from engine.models.catalogue import FAMILIES
from engine.tasks import TASKS, Task, Variant
from engine.training.ways import WAYS
from tests import harness
from tests.learning import params, rows


def each() -> list[Any]:
    """Task, variant, family and method: all that the declarations say can be learnt."""
    return [pytest.param(task, variant, name, method, id=f"{task.name}-{variant.name}-{name}-{method}")
            for task in TASKS.values() for variant in task.variants for name, family in FAMILIES.items() if task.name in family.learns
            for method in WAYS[family.learns[task.name]].methods]

pytestmark = pytest.mark.usefixtures("exactly")


@pytest.mark.parametrize(("task", "variant", "family", "method"), each())
def test_it_learns_is_measured_saved_and_loaded(task: type[Task], variant: Variant, family: str, method: str, tmp_path: Path) -> None:
    ready = harness.served(task, family, tmp_path / "model")
    for layer in ready.model.modules():
        if isinstance(layer, torch.nn.Dropout):
            layer.p = 0.0  # chance would hide what one step gained
    given = params(variant)
    more: dict[str, Any] = {"dropout": 0.0, "label_smoothing": 0.0, "augmentation": "none"}
    result = ready.finetune(given, variant=variant.name, method=method, epochs=2, batch_size=16, early_stopping_epochs=0,
                            learning_rate={"head": 5e-3, "lora": 1e-3}.get(method, 2e-4), warmup=0.0, validation_split=0.3, **more)
    losses = [epoch["train_loss"] for epoch in result.history]
    assert len(losses) == 2 and losses[1] < losses[0]
    assert result.evaluation is not None and result.evaluation.metric in result.metrics and np.isfinite(result.evaluation.value)
    assert not ready.model.training
    asked = rows(task, given)
    saved = engine.save(ready, name="learnt", path=tmp_path / "kept")
    again = task(str(saved))
    assert harness.close(ready.answer(asked), again.answer(asked))


@pytest.mark.parametrize("task", [pytest.param(task, id=name) for name, task in TASKS.items()])
def test_every_task_learns_from_its_own_start(task: type[Task]) -> None:
    from engine.models.catalogue import find

    preset = find(task.start_model())
    assert preset and preset.embedded and task.name in FAMILIES[preset.family].learns


def test_what_cannot_learn_says_what_can(tmp_path: Path) -> None:
    ready = harness.served(TASKS["text-classification"], "HFNLIModel", tmp_path / "model")
    with pytest.raises(StudioError, match="cannot be finetuned"):
        ready.finetune(params(TASKS["text-classification"].variant()))
