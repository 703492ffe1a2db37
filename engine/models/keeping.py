"""Keep a model and get it back: in the local hub, or in a folder of one's own."""

from pathlib import Path
from typing import Any

from engine.errors import StudioError


def save(model: Any, name: str | None = None, description: str | None = None, tasks: list[str] | None = None,
         details: dict[str, Any] | None = None, path: str | Path | None = None) -> Any:
    """Keep `model` (or a task's model) in the local hub under `name`, or in the folder `path`. Returns the hub's card, or the path."""
    from engine.tasks import Task

    model = model.model if isinstance(model, Task) else model
    if path is not None:
        from engine.models.packages import write_package

        folder = Path(path).expanduser()
        write_package(model, folder, name=name, description=description, tasks=tasks, details=details)
        return folder
    from engine import hub

    return hub.save(model, name or model.name, description=description, details=details, tasks=tasks)


def load(path_or_name: str | Path, device: str | None = None, trust: bool = False) -> Any:
    """A saved model by its name or folder. trust: yes to running the code of a model of somebody's own class."""
    from engine.models.auto_model import AutoModel

    return AutoModel.from_pretrained(path_or_name, device=device, trust=trust)


def upload(model: Any, name: str | None = None, description: str | None = None, tasks: list[str] | None = None,
           details: dict[str, Any] | None = None, path: str | Path | None = None, api_key: str | None = None) -> Any:
    """Publish a model to a Studio server."""
    raise StudioError("Models cannot be published to a server yet.", "Keep the model with `engine.save` and hand on its folder.")
