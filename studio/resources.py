"""What a server process holds once for all tabs; the only module that uses `st.cache_*`."""

import gc
import sys
import threading
from functools import partial
from typing import Any

import streamlit as st

from engine import paths
from studio.errors import record

_GROWTH = 150
_frozen_at = 0


def start() -> None:
    """Once a server process: clear what a crash left, mark orphaned runs, wake the queue. Further callers wait for the first."""
    _start(str(paths.home()))


@st.cache_resource(show_spinner=False)
def _start(home: str) -> bool:
    """Kept by home folder, which only tests move within a process."""
    from engine import data, preferences, runs

    preferences.apply()
    data.sweep()
    runs.startup()
    preferences.trim_cache()
    return True


def start_in_background() -> threading.Thread:
    """`start` beside the server's own start, so that the health check need not wait for the database."""
    thread = threading.Thread(target=_start_or_log, name="studio-start", daemon=True)
    thread.start()
    return thread


def _start_or_log() -> None:
    try:
        start()
    except Exception as error:  # the first page tries again, and shows what is wrong
        record(error)


def stop() -> None:
    """Once a server process, at its end: tell the working threads to stop and wait for the training one."""
    if "studio.file_job" in sys.modules:
        from studio import file_job

        file_job.shutdown()
    if "studio.fetch_job" in sys.modules:
        from studio import fetch_job

        fetch_job.shutdown()
    if "engine.runs" in sys.modules:
        from engine import runs

        runs.shutdown()


@st.cache_resource(max_entries=4, show_spinner=False)
def rows(dataset: str) -> Any:
    """The rows of a saved data set (a pandas DataFrame that nobody may change). Its id stands for its content."""
    from engine import data

    return data.open_dataset(dataset).frame()


@st.cache_resource(max_entries=4, show_spinner=False)
def items(dataset: str) -> Any:
    """The rows of a saved data set, their columns of vectors apart (`studio.compare.vectors.Items`)."""
    from studio.compare import vectors

    return vectors.parted(rows(dataset))


@st.cache_data(max_entries=64, show_spinner="Drawing the images")
def thumbnails(dataset: str, names: tuple[str, ...], most: int) -> list[str | None]:
    """The images that cells of a saved data set name, as small data URLs; None where there is no such image."""
    from engine import data
    from engine.data import image_archives
    from studio import images

    found = map(partial(image_archives.named, data.open_dataset(dataset).files()), names)
    return [None if image is None else images.as_url(image, most) for image in found]


@st.cache_data(max_entries=16, show_spinner="Drawing the images")
def run_pictures(run: str, rows: tuple[int, ...], most: int) -> list[str | None]:
    """The images of a run's rows, as small data URLs; empty where it learnt from none. A run's rows never change."""
    from engine import runs
    from studio import images

    return [images.as_url(image, most) for image in runs.images_of(run, list(rows))]


@st.cache_data(max_entries=16, show_spinner="Looking at the images")
def gallery(task: str, variant: str, dataset: str) -> list[tuple[Any, str]]:
    """A few images of each label, small, with what they show."""
    from studio.wizard import gallery

    return gallery.some(task, variant, dataset)


@st.cache_data(max_entries=16, show_spinner="Making changed copies")
def changed_copies(task: str, variant: str, dataset: str, strength: str, mirrored: bool) -> list[list[tuple[Any, str]]]:
    """Rows of an image and its changed copies, small, with their names."""
    from studio.wizard import gallery

    return gallery.changed(task, variant, dataset, strength, mirrored)


@st.cache_resource(max_entries=16, show_spinner=False)
def guess(dataset: str, task: str, variant: str) -> Any:
    """Which column is likely which key of the variant: what was chosen so far, filled up ({key: column or None})."""
    from engine import data
    from engine.tasks import task_class

    return data.open_dataset(dataset).guess(task_class(task).variant(variant))


@st.cache_resource(max_entries=16, show_spinner=False)
def spread(dataset: str, task: str, variant: str, key: str) -> Any:
    """The columns over which one of the variant's seems to be spread."""
    from engine.data import joining
    from engine.tasks import task_class

    column = next(column for column in task_class(task).variant(variant).columns if column.key == key)
    return joining.spread(rows(dataset), column)


@st.cache_resource(max_entries=16, show_spinner=False)
def fitting(dataset: str) -> Any:
    """By which tasks, and by which of its columns, a saved data set can be compared ({task: {input: column}})."""
    from engine import data
    from studio.compare import setup

    return setup.fitting(data.open_dataset(dataset), items(dataset).frame)


@st.cache_resource(max_entries=16, show_spinner=False)
def report(dataset: str, task: str, variant: str) -> Any:
    """What the checks found in a saved data set (`engine.data.Report`)."""
    from engine import data
    from engine.models.token_counts import token_counter
    from engine.tasks import task_class

    found, declared = data.open_dataset(dataset), task_class(task)
    return data.check(found, declared.variant(variant), found.mapping, tokeniser=token_counter(declared.start_model()))


@st.cache_resource(max_entries=16, show_spinner="Drawing the map, which takes longer the more items there are", show_time=True)
def plane(vectors: str, method: str, _index: Any) -> Any:
    """(N, 2) of an `engine.similarity.Index`, by the key of its vectors."""
    from engine import similarity

    return similarity.project(_index.vectors, method)


@st.cache_resource(max_entries=16, show_spinner="Drawing the map")
def drawn(*key: str, _draw: Any) -> Any:
    """What a map takes long to make, by all that decides it."""
    return _draw()


@st.cache_resource(max_entries=16, show_spinner="Looking for groups")
def clusters(vectors: str, _index: Any, method: str = "kmeans", count: int | None = None) -> Any:
    """Groups of like items (`engine.similarity.Clusters`)."""
    from engine import similarity

    return similarity.cluster(_index.vectors, count, method=method)


@st.cache_resource(max_entries=4, show_spinner="Looking at what moved", show_time=True)
def moved(before: str, after: str, nearest: int, _before: Any, _after: Any) -> Any:
    """(share of neighbours that stayed, where the items lay, where they lie) of the same items under two models, two `Index`."""
    from engine import similarity

    onto = similarity.project(_after.vectors)
    return similarity.overlap(_before, _after, nearest), similarity.aligned(similarity.project(_before.vectors), onto), onto


def task(name: str, model: str) -> Any:
    """A task with its model, ready to answer. The model is read once for all tabs."""
    from engine.tasks import task_class

    return task_class(name)(model)


def is_loaded(model: str) -> bool:
    """Whether the model is in memory already, so that it answers at once."""
    if "engine.inference.cache" not in sys.modules:
        return False
    from engine.inference import cache

    return cache.holds(model)


def loaded_models() -> list[Any]:
    """The models in memory (`engine.inference.cache.Held`), the one used last first."""
    if "engine.inference.cache" not in sys.modules:
        return []
    from engine.inference import cache

    return cache.held()[::-1]


def model_budget() -> int:
    """Bytes that they may take."""
    from engine.inference import cache

    return cache.budget()


def unload(model: str | None = None) -> None:
    """Let go of a model, or of all; the next answer reads it again."""
    from engine.inference import cache

    cache.forget(model)


def computing() -> str:
    """In what answers are computed, such as "bf16 on the processor, 2 threads"; empty before the first model, as asking takes torch."""
    if "torch" not in sys.modules:
        return ""
    from engine.inference.devices import dtype_for, pick_device
    from engine.inference.threads import answer_threads

    device = pick_device()
    kind = {"bfloat16": "bf16", "float32": "fp32"}[str(dtype_for(device)).rpartition(".")[2]]
    return f"{kind} on the processor, {answer_threads()} threads" if device == "cpu" else f"{kind} on {device}"


def settle() -> None:
    """Keep big libraries out of the garbage collection that Streamlit does after every run of a page.

    With torch loaded such a collection takes some 300 ms; frozen objects are not looked at. Called in each run of the frame,
    it acts only when many modules came in since the last time. Not under hot reload, where it would keep old modules alive.
    """
    global _frozen_at
    loaded = len(sys.modules)
    if loaded - _frozen_at > _GROWTH and st.get_option("server.fileWatcherType") == "none":
        _frozen_at = loaded
        gc.collect()
        gc.freeze()
