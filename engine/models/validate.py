"""Is this a model that the studio can keep, serve and finetune? Every broken rule is named."""

import copy
import inspect
import io
import json
import re
from collections.abc import Callable
from typing import Any

NAME = re.compile(r"[a-z0-9_-]{3,100}")


def validate_model(model: Any) -> list[str]:
    """The rules that `model` breaks, one sentence each; empty for a good model. It is asked one question for each task."""
    rules: tuple[Callable[[Any], list[str]], ...] = (_facts, _methods, _pickles, _answers, _finetuning)
    return [sentence for rule in rules for sentence in rule(model)]


def _facts(model: Any) -> list[str]:
    broken = []
    name = getattr(model, "name", None)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        broken.append(f"name: {name!r} is not 3 to 100 of a-z, 0-9, - and _.")
    tasks = getattr(model, "tasks", None)
    if not isinstance(tasks, list) or not tasks or not all(isinstance(task, str) for task in tasks):
        broken.append(f"tasks: {tasks!r} is not a list of task strings with at least one of them.")
    else:
        from engine.tasks import TASKS

        broken += [f"tasks: {task!r} is no task; the tasks are {', '.join(TASKS)}." for task in tasks if task not in TASKS]
    if not isinstance(getattr(model, "description", None), str):
        broken.append("description: it is not a text.")
    details = getattr(model, "details", None)
    if not isinstance(details, dict) or not _is_json(details):
        broken.append("details: it is not a dict that JSON can hold.")
    return broken


def _methods(model: Any) -> list[str]:
    broken = [f"{name}(): it is missing." for name in ("num_parameters", "to", "eval", "train") if not callable(getattr(model, name, None))]
    if not callable(model):
        return [*broken, "model(task_input, task): it cannot be called."]
    try:
        inspect.signature(model).bind({}, "task")
    except (TypeError, ValueError):
        broken.append("model(task_input, task): it does not take these two.")
    if callable(getattr(model, "num_parameters", None)):
        try:
            count = model.num_parameters()
        except Exception as error:  # somebody else's code
            return [*broken, f"num_parameters(): it raised {error!r}."]
        if not isinstance(count, int):
            broken.append(f"num_parameters(): {count!r} is not a whole number.")
    return broken


def _pickles(model: Any) -> list[str]:
    import dill

    try:
        dill.dump(model, io.BytesIO(), recurse=True)
    except Exception as error:  # whatever an attribute raises
        return [f"dill: the model cannot be pickled ({error})."]
    return []


def _answers(model: Any) -> list[str]:
    from engine.tasks import TASKS

    tasks = getattr(model, "tasks", None)
    known = [TASKS[task] for task in tasks if task in TASKS] if isinstance(tasks, list) and callable(model) else []
    return [sentence for task in known for sentence in _answer(model, task)]


def _answer(model: Any, task: Any) -> list[str]:
    example = task.examples[0]
    inputs, names = {field.name for field in task.inputs}, task.model_inputs()
    row = {name: value for name, value in example.items() if name in inputs}
    lists = task.model_input([row] * 2, {name: value for name, value in example.items() if name not in inputs})
    task_input = {name: value[0] if name in names else value for name, value in lists.items()}
    before = copy.deepcopy(task_input)
    try:
        answer = model(task_input, task.name)
        many = model(lists, task.name)
    except Exception as error:  # somebody else's code
        return [f"{task.name}: asked for {before!r} it raised {error!r}."]
    broken = [] if task_input == before else [f"{task.name}: the caller's dict was changed."]
    if not _is_json(answer):
        broken.append(f"{task.name}: the answer cannot be written as JSON ({type(answer).__name__}).")
    if not isinstance(many, list) or len(many) != 2:
        broken.append(f"{task.name}: two items did not give a list of two answers.")
    return broken


def _finetuning(model: Any) -> list[str]:
    """A model either learns (both methods) or does not (neither)."""
    from engine.models.base import BaseModel

    own = [name for name in ("process_batch", "training_step")
           if callable(getattr(model, name, None)) and getattr(type(model), name, None) is not getattr(BaseModel, name)]
    if len(own) == 1:
        other = {"process_batch": "training_step", "training_step": "process_batch"}[own[0]]
        return [f"{other}(): it is missing, though {own[0]}() is there; finetuning needs both."]
    return []


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True
