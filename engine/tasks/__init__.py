"""The tasks, one line each, in the order of the menu. Importing this loads no torch."""

from engine.errors import StudioError
from engine.tasks.answers import Answer
from engine.tasks.base import Column, Sample, Task, Variant
from engine.tasks.emotion import Emotion
from engine.tasks.image_classification import ImageClassification
from engine.tasks.image_text_vectorisation import ImageTextVectorisation
from engine.tasks.image_vectorisation import ImageVectorisation
from engine.tasks.qa import QA
from engine.tasks.summarisation import Summarisation
from engine.tasks.text_classification import TextClassification
from engine.tasks.text_generation import TextGeneration
from engine.tasks.text_vectorisation import TextVectorisation

__all__ = ["TASKS", "Answer", "Column", "Sample", "Task", "Variant", "task_class"]

TASKS: dict[str, type[Task]] = {
    QA.name: QA,
    TextClassification.name: TextClassification,
    Emotion.name: Emotion,
    Summarisation.name: Summarisation,
    TextGeneration.name: TextGeneration,
    TextVectorisation.name: TextVectorisation,
    ImageClassification.name: ImageClassification,
    ImageVectorisation.name: ImageVectorisation,
    ImageTextVectorisation.name: ImageTextVectorisation,
}


def task_class(name: str) -> type[Task]:
    """The class of a task string such as "text-classification"."""
    if name not in TASKS:
        raise StudioError(f"There is no task {name!r}.", f"The tasks are {', '.join(TASKS)}.")
    return TASKS[name]
