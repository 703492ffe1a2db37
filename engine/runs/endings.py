"""How a training ended that left a model: said by the thread that trained it, or read from its folder if that could not say it any more."""

from typing import Any

from engine import disk
from engine.runs import inputs
from engine.runs.records import FINISHED, STOPPED
from engine.training.results import Result

Outcome = tuple[str, dict[str, Any]]

BEST_SO_FAR = "It was stopped before its end. The best weights so far can be tried and saved."


def ending(result: Result, note: str = "") -> Outcome:
    """(state, what to note in the run's row). note: why it was stopped, if it was."""
    values = {"result": result.to_dict(), "summary": {"metrics": result.metrics, "seconds": result.seconds, "has_model": True}}
    if result.stopped:
        return STOPPED, {**values, "note": f"{note} {BEST_SO_FAR}".strip()}
    return FINISHED, {**values, "note": "The model can be tried and saved."}


def stored_ending(run_id: str) -> Outcome | None:
    """The ending of a run whose folder holds all that it made; None if the training did not come so far."""
    stored = disk.read_json(inputs.folder(run_id) / inputs.RESULT)
    if stored is None or not inputs.model_folder(run_id).is_dir():
        return None
    try:
        return ending(Result.from_dict(stored))
    except (TypeError, KeyError, ValueError, AttributeError):  # changed by hand
        return None
