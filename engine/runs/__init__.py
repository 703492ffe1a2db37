"""Runs: trainings in the background, kept in the database. Asking about them imports no torch.

>>> run = engine.runs.start("text-classification", {"texts": [...], "labels": [...]}, method="head")
>>> engine.runs.wait(run).metrics
>>> engine.runs.save(run, "my-model")
"""

from engine.runs.actions import delete, load, rename, repeat, save, shutdown, size_of, start, startup, stop, wait
from engine.runs.inputs import images_of, row_numbers
from engine.runs.queries import count, curves, events, get, place_in_queue
from engine.runs.queries import list_runs as list
from engine.runs.records import STATES, Run, StoredEvent
from engine.runs.recovery import recover

__all__ = ["STATES", "Run", "StoredEvent", "count", "curves", "delete", "events", "get", "images_of", "list", "load", "place_in_queue",
           "recover", "rename", "repeat", "row_numbers", "save", "shutdown", "size_of", "start", "startup", "stop", "wait"]
