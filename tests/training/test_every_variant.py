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
from tests import harness, tiny

ROWS = 24
SHOWN = {"animals": "mad", "food": "happy", "tools": "green"}  # a word of the tiny models' vocabulary for each label
LABELS = list(SHOWN)


def each() -> list[Any]:
    """Task, variant, family and method: all that the declarations say can be learnt."""
    return [pytest.param(task, variant, name, method, id=f"{task.name}-{variant.name}-{name}-{method}")
            for task in TASKS.values() for variant in task.variants for name, family in FAMILIES.items() if task.name in family.learns
            for method in WAYS[family.learns[task.name]].methods]


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_PRECISION", "fp32")


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
