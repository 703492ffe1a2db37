"""A task's bundled sample, made ready in one go: stored, mapped, and the wizard opened where only the start button is left."""

from engine import data
from engine.errors import StudioError
from engine.tasks import Task
from studio.navigation import ROOT


def prepare(task: type[Task], step: str = "train") -> dict[str, str]:
    """Store the sample with its columns mapped; the query that opens the wizard at `step`."""
    if task.sample is None:
        raise StudioError(f"{task.title} has no sample yet.", "Upload a file of your own.")
    file = ROOT / "assets" / task.sample.file
    dataset = data.Dataset.of(data.store(file, file.name))
    variant = task.variant()
    dataset = dataset.with_mapping(dataset.guess(variant)).save()
    return {"step": step, "task": task.name, "dataset": dataset.id}
