"""The tasks, one line each, in the order of the menu. Importing this loads no torch."""

from engine.errors import StudioError
from engine.tasks.answers import Answer
from engine.tasks.base import Column, Sample, Task, Variant
from engine.tasks.text_classification import TextClassification

__all__ = ["TASKS", "Answer", "Column", "Sample", "Task", "Variant", "task_class"]

TASKS: dict[str, type[Task]] = {
    TextClassification.name: TextClassification,
}


def task_class(name: str) -> type[Task]:
    """The class of a task string such as "text-classification"."""
    if name not in TASKS:
        raise StudioError(f"There is no task {name!r}.", f"The tasks are {', '.join(TASKS)}.")
    return TASKS[name]
