"""How the model answers as it is, asked as anyone would ask it."""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from engine.errors import StudioError
from engine.tasks import task_class
from engine.training.events import Reporter
from engine.training.examples import Examples, Positions

if TYPE_CHECKING:
    from engine.training.learners import Learner

AT_A_TIME = 256


def vectors_before(learner: "Learner", examples: Examples, reporter: Reporter) -> Tensor | None:
    """(validation examples, k, width), unit length; None where the model gives no vectors yet."""
    if not len(examples.validation):
        return None
    places = sorted({int(place) for place in examples.index[examples.validation].reshape(-1)})
    names = [field.name for field in task_class(learner.task).inputs]
    rows = [learner.asked(examples.inputs[place], names) for place in places]
    found: list[Tensor] = []
    for start in range(0, len(rows), AT_A_TIME):
        reporter.check_stop()
        part = rows[start:start + AT_A_TIME]
        try:
            answers: Any = learner.model({name: [row[name] for row in part] for name in names}, learner.task)
        except StudioError:  # it vectorises only after finetuning
            return None
        found.append(torch.nn.functional.normalize(torch.as_tensor(answers).float(), dim=-1))
        reporter.progress("before training", min(start + AT_A_TIME, len(rows)), len(rows))
    vectors = torch.cat(found)
    at = {place: number for number, place in enumerate(places)}
    return torch.stack([vectors[[at[int(place)] for place in example]] for example in examples.index[examples.validation]])


def answers_to(learner: "Learner", examples: Examples, positions: Positions, reporter: Reporter, phase: str,
               at_a_time: int = 16) -> list[Any]:
    """The model's answers to these examples, each made of one input."""
    names = [field.name for field in task_class(learner.task).inputs]
    rows = [learner.asked(examples.inputs[int(examples.index[position][0])], names) for position in positions]
    answers: list[Any] = []
    for start in range(0, len(rows), at_a_time):
        reporter.check_stop()
        part = rows[start:start + at_a_time]
        answers += learner.model(task_class(learner.task).model_input(part, learner.asking), learner.task)
        reporter.progress(phase, len(answers), len(rows))
    return answers
