"""Backprop Studio's library: ready-made and finetuned models for nine tasks, without a browser.

Everything here is imported at its first use, so that `import engine` costs next to nothing and loads no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.errors import StudioError as StudioError
    from engine.models.adapters import load_lora as load_lora
    from engine.models.adapters import save_lora as save_lora
    from engine.models.auto_model import AutoModel as AutoModel
    from engine.models.base import BaseModel as BaseModel
    from engine.models.keeping import load as load
    from engine.models.keeping import save as save
    from engine.models.keeping import upload as upload
    from engine.models.validate import validate_model as validate_model
    from engine.similarity.cosine import cosine_similarity as cosine_similarity
    from engine.tasks.emotion import Emotion as Emotion
    from engine.tasks.image_classification import ImageClassification as ImageClassification
    from engine.tasks.image_text_vectorisation import ImageTextVectorisation as ImageTextVectorisation
    from engine.tasks.image_vectorisation import ImageVectorisation as ImageVectorisation
    from engine.tasks.qa import QA as QA
    from engine.tasks.summarisation import Summarisation as Summarisation
    from engine.tasks.text_classification import TextClassification as TextClassification
    from engine.tasks.text_generation import TextGeneration as TextGeneration
    from engine.tasks.text_vectorisation import TextVectorisation as TextVectorisation
    from engine.training.settings import Settings as Settings

__version__ = "0.1.0"

_HOMES = {
    "AutoModel": "engine.models.auto_model",
    "BaseModel": "engine.models.base",
    "HFModel": "engine.models.generic",
    "HFTextGenerationModel": "engine.models.generic",
    "PathModel": "engine.models.generic",
    "Settings": "engine.training.settings",
    "StudioError": "engine.errors",
    "cosine_similarity": "engine.similarity.cosine",
    "load": "engine.models.keeping",
    "load_lora": "engine.models.adapters",
    "save_lora": "engine.models.adapters",
    "save": "engine.models.keeping",
    "upload": "engine.models.keeping",
    "validate_model": "engine.models.validate",
}
_MODULES = ("data", "hub", "inference", "models", "runs", "similarity", "tasks", "training")


def _tasks() -> dict[str, Any]:
    return {task.__name__: task for task in import_module("engine.tasks").TASKS.values()}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(f"engine.{name}")
    if name[:1].isupper() and name in (tasks := _tasks()):
        return tasks[name]
    raise AttributeError(f"engine has no {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES, *_tasks()})
