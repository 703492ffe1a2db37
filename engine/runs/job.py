"""What the executor's thread does for one run: model, rows, `fit`, and a folder with what came of it. Imports torch."""

from typing import TYPE_CHECKING, Any

from engine import disk, preferences, words
from engine.errors import Stopped
from engine.hub import folders
from engine.hub.database import finite
from engine.runs import inputs, queries
from engine.runs.endings import Outcome, ending
from engine.runs.recorder import Recorder
from engine.runs.records import STOPPED, Run
from engine.runs.samples import write_samples
from engine.tasks import task_class
from engine.training.events import Progress
from engine.training.results import Result
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.base import BaseModel

NOTHING_LEARNED = "It was stopped before anything was learned. There is no model to save."


def train(run_id: str, recorder: Recorder) -> Outcome:
    """Train the run; (state, what to note about its end). StudioError and other errors are the caller's."""
    run = queries.get(run_id)
    recorder.report(Progress("Starting", 0, 1))
    recorder.log(f"{task_class(run.task).title}, {words.plural(run.data['rows'], 'row')}, model {run.model}")
    try:
        result, model, params = _fit(run, recorder)
        recorder.report(Progress("Saving the model", 0, 1))
        keep(run, result, model, params)
    except Stopped:
        return STOPPED, {"note": f"{queries.get(run_id).note} {NOTHING_LEARNED}".strip()}
    if not result.stopped:
        recorder.log(f"Finished in {words.duration(result.seconds)}{_against(run)}")
    return ending(result, queries.get(run_id).note)


def _fit(run: Run, recorder: Recorder) -> tuple[Result, "BaseModel", inputs.Params]:
    from engine.models.auto_model import AutoModel
    from engine.training.fit import fit

    _check(recorder)
    own = inputs.folder(run.id) / inputs.BASE
    # What lies there was handed to `start` as an object, so that its code has run already.
    model = AutoModel.from_pretrained(str(own), trust=True) if own.is_dir() else AutoModel.from_pretrained(run.model)
    model = model.trainable(run.task)
    _check(recorder)
    params = inputs.read_params(run.id)
    _check(recorder)
    result = fit(model, run.task, run.variant, params, settings_of(run.settings), recorder.report, recorder.should_stop,
                 threads=preferences.training_threads())
    return result, model, params


def keep(run: Run, result: Result, model: "BaseModel", params: inputs.Params) -> None:
    """Write the trained model and the result into the run's folder; nothing half-written stays."""
    from engine.models.packages import write_package

    with folders.publishing(inputs.model_folder(run.id), replace=True) as folder:
        details = {"run": run.id, "base": run.model, "metrics": result.metrics}
        write_package(model, folder, name=f"run-{run.id}", description=f"{run.name}, finetuned from {run.model}.", tasks=None,
                      details=details)
        write_samples(folder, run, params, result.validation)
    disk.write_json(inputs.folder(run.id) / inputs.RESULT, finite(result.to_dict()))


def settings_of(values: dict[str, Any]) -> Settings:
    """The settings that a run was started with; JSON made a list of the split's pair."""
    values = dict(values)
    if isinstance(values.get("validation_split"), list):
        training, validation = values["validation_split"]
        values["validation_split"] = (training, validation)
    return Settings.of(values)


def _check(recorder: Recorder) -> None:
    if recorder.should_stop():
        raise Stopped


def _against(run: Run) -> str:
    """How far off the estimate was."""
    estimated = (run.estimate or {}).get("seconds")
    return f"; the estimate was {words.duration(estimated)}" if estimated else ""
