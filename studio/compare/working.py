"""Vectors computed in the page, with what is done shown and a way to stop."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.models import fetching
from studio import model_fetch, resources
from studio.compare import collection as collections
from studio.compare import progress
from studio.compare.collection import Collection
from studio.compare.place import Place
from studio.results_tables import plain
from studio.state import take
from studio.works import Watch, Works

if TYPE_CHECKING:
    from pandas import DataFrame

    from engine.data import Dataset

_computed = Works("vectors", kept=1)  # `Collection`; those in memory are held by `collection`


def vectors(place: Place, model: str, dataset: "Dataset", rows: "DataFrame", wanted: bool, now: str,
            on_stop: Callable[[], Any]) -> Collection | None:
    """The items' vectors by a model; None while the reader does not want them, or the model is still to come.

    now: the key of a press that may fetch the model. on_stop: what makes them unwanted again.
    """
    pressed = bool(take(now, False))
    if not wanted:
        return None
    if found := collections.held(place, model):
        return found
    here = resources.is_loaded(model) or fetching.is_here(model)
    if not model_fetch.ensure(model, pressed or here, now):
        return None
    compute = partial(_compute, place, model, dataset, rows)
    return progress.done(_computed, collections.identity(place, model), compute, now, "item", on_stop, f"Reading the model {plain(model)}",
                         "What is computed is kept: it goes on from there.")


def _compute(place: Place, model: str, dataset: "Dataset", rows: "DataFrame", watch: Watch) -> Collection:
    return collections.compute(place, model, dataset, rows, resources.task(place.task, model), watch)
