"""What finetuning needs of each family of models: how rows are made ready, and the way of a batch through the model.

A learner is for a kind of model and for some tasks; a model of a class of one's own that has `process_batch` and `training_step` is
served by `OwnSteps`.
"""

from typing import TYPE_CHECKING

from engine.errors import StudioError
from engine.training.learners.base import Learner
from engine.training.ways import OWN, UNCUT

if TYPE_CHECKING:
    from engine.models.base import BaseModel

__all__ = ["Learner", "has_own_steps", "learner_for"]


def learner_for(model: "BaseModel", task: str) -> Learner:
    """The learner that fits; StudioError where the model cannot be finetuned for this task."""
    from engine.models.catalogue import FAMILIES

    model.check_task(task)
    family = next((FAMILIES[kind.__name__] for kind in type(model).__mro__ if kind.__name__ in FAMILIES), None)
    name = family.learns.get(task, "") if family else OWN if has_own_steps(model) else ""
    if not name:
        raise StudioError(f"{model.name} cannot be finetuned for {task}.",
                          "Choose another model, or give yours `process_batch` and `training_step`.")
    return _learner(name.removesuffix(UNCUT))(model, task)


def has_own_steps(model: "BaseModel") -> bool:
    """Whether a model brings what finetuning needs of a class of the user's own."""
    from engine.models.base import BaseModel

    kind = type(model)
    return kind.process_batch is not BaseModel.process_batch and kind.training_step is not BaseModel.training_step


def _learner(way: str) -> type[Learner]:
    from engine.training.learners.images import ImageLabels, ImageVectors
    from engine.training.learners.own import OwnSteps
    from engine.training.learners.pictures_with_texts import ImageTextVectors
    from engine.training.learners.questions import Spans
    from engine.training.learners.texts import TextLabels, TextVectors
    from engine.training.learners.writing import Answers, Writing

    known = (TextLabels, TextVectors, ImageLabels, ImageVectors, ImageTextVectors, Spans, Answers, Writing, OwnSteps)
    return next(kind for kind in known if kind.way == way)
