"""What one does with runs: start, stop, wait for, keep, repeat and delete them."""

import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import disk, paths, words
from engine.errors import StudioError
from engine.hub import folders, models
from engine.hub.cards import fingerprint
from engine.hub.database import finite
from engine.runs import changes, executor, inputs, queries
from engine.runs.records import OPEN, QUEUED, TRAINING, Run
from engine.runs.recovery import recover

if TYPE_CHECKING:
    from engine.models.base import BaseModel

LOOK_SECONDS = 0.2
RECOVER_SECONDS = 3.0


def start(task: str, params: Mapping[str, Any] | None = None, model: Any = None, *, variant: str | None = None, name: str | None = None,
          dataset: str | None = None, estimate: Any = None, origin: str | None = None, **settings: Any) -> str:
    """Queue a run and return its id at once; it trains in the background, after the runs before it.

    params: a dict of equally long lists (the variant's columns), or give `dataset`, the id of a data set whose rows are taken.
    model: a name, a path or a model object; None takes the task's default. estimate: what `Estimate` said, to be compared later.
    Everything is written to the run's folder before this returns. Raises StudioError for what can be seen to be wrong already.
    """
    from engine.tasks import task_class
    from engine.training.settings import Settings

    kind = task_class(task)
    chosen = kind.variant(variant)
    rows, data, numbers, asked = _rows(params, dataset, chosen)
    rows = inputs.frozen(kind.check_params(rows, chosen))
    data |= {"fingerprint": inputs.fingerprint(rows), "rows": _count(rows), "columns": sorted(rows)}
    checked = Settings.of({**asked, **settings}).to_dict()
    model_name = model if isinstance(model, str) else kind.start_model() if model is None else str(getattr(model, "name", "own model"))
    title = name or f"{kind.title}: {data['name'] or words.plural(data['rows'], 'row')}"
    values = {"name": title, "task": task, "variant": chosen.name, "model": model_name, "method": str(checked.get("method", "auto")),
              "settings": checked, "data": data, "estimate": _dict(estimate), "origin": origin}
    return _enter(values, rows, None if model is None or isinstance(model, str) else model, numbers)


def _rows(params: Mapping[str, Any] | None, dataset: str | None,
          variant: Any) -> tuple[Mapping[str, Any], dict[str, Any], list[int] | None, dict[str, Any]]:
    """The rows, their lineage, their numbers in the user's file, and the settings that the data set's fixes ask for."""
    if (params is None) == (dataset is None):
        raise StudioError("A run takes its rows from `params` or from `dataset`.", "Give one of the two.")
    if params is not None:
        return params, {"dataset": None, "name": None}, None, {}
    from engine.data import open_dataset

    opened = open_dataset(str(dataset))
    numbers = [int(number) for number in opened.frame().index]
    return opened.params(variant), {"dataset": dataset, "name": opened.name}, numbers, opened.settings


def _count(rows: Mapping[str, list[Any]]) -> int:
    count = len(next(iter(rows.values()), []))
    if count == 0:
        raise StudioError("There are no rows to train on.", "Give at least a few rows of each label.")
    return count


def _enter(values: dict[str, Any], rows: Mapping[str, list[Any]], model: Any, numbers: list[int] | None) -> str:
    """Freeze what the run needs, then queue it. model: an object, or the folder of one."""
    run_id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    with folders.publishing(inputs.folder(run_id)) as folder:
        inputs.write_params(rows, folder / inputs.ROWS)
        if numbers is not None:
            inputs.write_params({"number": numbers}, folder / inputs.NUMBERS)
        disk.write_json(folder / "run.json", finite({"id": run_id, **values}))
        if isinstance(model, Path):
            folders.fill(model, folder / inputs.BASE)
        elif model is not None:
            from engine.models.packages import write_package

            write_package(model, folder / inputs.BASE, name=values["model"], description=None, tasks=None, details=None)
    try:
        changes.enter(id=run_id, **values)
    except BaseException:
        shutil.rmtree(inputs.folder(run_id), ignore_errors=True)
        raise
    executor.current().wake()
    return run_id


def stop(run_id: str) -> None:
    """Ask a run to stop. It does so within seconds, and keeps the best weights so far. One that has ended stays as it is."""
    changes.ask_to_stop(run_id)
    executor.current().stop(run_id)
    recover()  # nobody will answer if its process is gone


def wait(run_id: str, timeout: float | None = None) -> Run:
    """The run once it has ended, or as it is after `timeout` seconds. Ctrl-C stops the run as well."""
    begun = recovered = time.monotonic()
    try:
        while (state := changes.state_of(run_id)) in OPEN:
            now = time.monotonic()
            if timeout is not None and now - begun >= timeout:
                break
            if now - recovered >= RECOVER_SECONDS:
                recovered = now
                recover()
            time.sleep(LOOK_SECONDS if timeout is None else min(LOOK_SECONDS, timeout))
    except KeyboardInterrupt:
        stop(run_id)
        raise
    if state is None:
        raise queries.unknown(run_id)
    return queries.get(run_id)


def delete(run_id: str) -> int:
    """Remove a run with its rows and its model; the bytes that this freed. A model saved from it stays in the hub."""
    run = queries.get(run_id)
    if run.state in TRAINING:
        raise StudioError(f"{run.name} is being trained.", "Stop it first, then delete it.")
    if run.state == QUEUED and changes.ask_to_stop(run_id) in TRAINING:
        raise StudioError(f"{run.name} has just begun to train.", "It is asked to stop; delete it when it has.")
    with folders.removing(inputs.folder(run_id)) as freed:
        if changes.forget(run_id) in TRAINING:
            raise StudioError(f"{run.name} has just begun to train.", "Stop it first, then delete it.")
    return freed


def size_of(run_id: str) -> int:
    """The bytes that deleting the run would free."""
    return disk.size_of(inputs.folder(run_id), freeable=True)


def rename(run_id: str, name: str) -> Run:
    """Give the run another name."""
    if not name.strip():
        raise StudioError("A run needs a name.", "Give a few words.")
    changes.set_name(run_id, name.strip())
    return queries.get(run_id)


def save(run_id: str, name: str, description: str | None = None, replace: bool = False) -> str:
    """Keep the run's model in the hub; its name there. Saving it again under that name changes nothing."""
    run = queries.get(run_id)
    folder = _trained(run)
    if (known := models.saved_from(run_id, fingerprint(folder))) is not None:
        if known != name:
            raise StudioError(f"The model of this run is saved already, as `{known}`.", "Rename it in the hub.")
        changes.set_saved_as(run_id, name)
        return name
    used = run.result.settings if run.result else run.settings
    settings = {key: value for key, value in used.items() if not isinstance(value, list | tuple)}  # not the numbers of a split's rows
    parent = run.model if models.exists(run.model) else None
    models.save(folder, name, description, _evaluated(run), run=run_id, base=run.model, parent=parent, metrics=dict(run.metrics),
                data=run.data, settings=settings, replace=replace)
    changes.set_saved_as(run_id, name)
    return name


def _evaluated(run: Run) -> dict[str, Any] | None:
    """What the card says about the metrics: how sure they are, and what is reached without training."""
    if run.result is None or run.result.evaluation is None:
        return None
    found = run.result.evaluation
    return {"evaluation": {"metric": found.metric, "value": found.value, "interval": list(found.interval), "baselines": found.baselines},
            "rows": run.result.rows, "best_epoch": run.result.best_epoch, "seconds": run.result.seconds}


def load(run_id: str, trust: bool = False) -> "BaseModel":
    """The run's trained model, to be tried before it is saved. trust: yes to running the code of a model of somebody's own class."""
    from engine.models.packages import read_package

    return read_package(_trained(queries.get(run_id)), trust=trust)


def _trained(run: Run) -> Path:
    if run.is_open:
        raise StudioError(f"{run.name} has not ended yet.", "Wait for its end, or stop it.")
    folder = inputs.model_folder(run.id)
    if not run.has_model or not folder.is_dir():
        raise StudioError(f"{run.name} left no model.", run.note or "Repeat the run to get one.")
    return folder


def repeat(run_id: str, **changed: Any) -> str:
    """A new run with the same rows, model and settings, but for what is given; its id."""
    run = queries.get(run_id)
    own = inputs.folder(run_id) / inputs.BASE
    values: dict[str, Any] = {"name": run.name, "task": run.task, "variant": run.variant, "model": run.model, "method": run.method,
              "settings": run.settings, "data": run.data, "estimate": run.estimate, "origin": run.id}
    if changed:
        from engine.training.settings import Settings

        values["settings"] = Settings.of({**run.settings, **changed}).to_dict()
        values["method"] = values["settings"]["method"]
        values["estimate"] = None
    return _enter(values, inputs.read_params(run_id), own if own.is_dir() else None, inputs.row_numbers(run_id))


def startup() -> list[str]:
    """What a server does at its start: clear what a crash left, mark orphans (their ids are returned), go on with the queue."""
    folders.sweep(paths.runs())
    models.rebuild()
    orphans = recover()
    if changes.any_queued():
        executor.current().wake()
    return orphans


def shutdown(timeout: float = 60.0) -> bool:
    """Ask what trains in this process to stop and wait for it; queued runs stay queued. Whether it ended in time."""
    return executor.current().shutdown(timeout)


def _dict(value: Any) -> dict[str, Any] | None:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
