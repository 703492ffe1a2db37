"""Where the items come from, while there are none: typed, a file, images, an example, or data that was brought before."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine import data, paths, words
from engine.errors import StudioError
from engine.similarity import brought
from engine.tasks import TASKS
from studio import data_view, run_words
from studio.compare import place as places
from studio.compare import setup, stored, validation
from studio.compare.place import FILE, Place
from studio.errors import guard
from studio.state import peek

if TYPE_CHECKING:
    from engine.data import Dataset
    from engine.tasks import Sample, Task

TABLE = "A table with one row for each item, a zip of images (a table that describes them may lie among them), or vectors as NPY"
NPY = "npy"


def draw() -> None:
    """All the ways side by side; whichever is taken opens the work at once, or its columns first."""
    typed, file = st.columns(2, gap="medium")
    with typed.container(border=True, height="stretch"), guard():
        _typed()
    with file.container(border=True, height="stretch"), guard():
        _files()
    examples, earlier = st.columns(2, gap="medium")
    with examples.container(border=True, height="stretch"), guard():
        _examples()
    with earlier.container(border=True, height="stretch"), guard():
        _earlier()


def _typed() -> None:
    st.markdown("**Type some texts**")
    st.text_area("One text a line", key="compare_typed", height=150,
                 placeholder="The parcel has not arrived yet\nMy delivery is late\nThe soup was far too salty")
    if st.button("Compare them", key="compare_typed_go", type="primary", icon=":material/scatter_plot:"):
        places.go(Place(typed(str(peek("compare_typed", ""))).id, ready=True))


def typed(text: str) -> "Dataset":
    """Texts, one a line, as a stored data set."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise StudioError("There is no text yet.", "Type some, one a line.")
    return stored.table([{"text": line} for line in lines], words.plural(len(lines), "typed text"))


def _files() -> None:
    st.markdown("**Bring a file, or images**")
    if place := data_view.upload("compare", TABLE, [*data_view.ENDINGS, NPY], _place_of):
        places.go(place)
    if found := data_view.upload_folder("compare_folder", "Or a folder of images from this computer"):
        places.go(Place(found.id))
    st.caption("It is copied to the studio's folder on this machine and never changed.")


def _place_of(file: Any) -> Place:
    """Where an uploaded file is compared."""
    return numbered(file, file.name) if file.name.lower().endswith(f".{NPY}") else Place(data_view.stored(file).id)


def numbered(file: Any, name: str) -> Place:
    """Vectors alone: items that are called by their numbers."""
    count = len(brought.read_vectors(file, name))
    lines = "".join(json.dumps({"item": f"Item {number}"}) + "\n" for number in range(1, count + 1))
    dataset = data.Dataset.of(data.store(lines.encode(), words.plural(count, "numbered item"))).save()
    return Place(dataset.id, vectors=f"{FILE}:{brought.attach(dataset.id, file, name, range(1, count + 1)).id}")


def _examples() -> None:
    st.markdown("**Try an example**")
    with st.container(horizontal=True, gap="small"):
        for task, sample in samples():
            if st.button(sample.sentence.partition(",")[0].rstrip("."), key=f"compare_sample_{task.page}", icon=task.icon,
                         help=f"{sample.sentence} {sample.licence}."):
                file = paths.assets() / sample.file
                places.go(Place(data.Dataset.of(data.store(file, file.name)).save().id, ready=True))
    st.caption("Or a few items")
    with st.container(horizontal=True, gap="small"):
        for task in places.vector_tasks():
            label = f"{len(task.examples)} {setup.noun_of(task).lower()}"
            if task.examples and st.button(label, key=f"compare_example_{task.page}", icon=task.icon):
                places.go(Place(example(task).id, task.name, ready=True))


def samples() -> "list[tuple[type[Task], Sample]]":
    """The bundled samples worth comparing, each once: those with labels to colour by, and those with images."""
    found: dict[str, tuple[type[Task], Sample]] = {}
    for task in TASKS.values():
        if task.sample and (task.answer_kind == "probabilities" or any(field.kind == "image" for field in task.inputs)):
            found.setdefault(task.sample.file, (task, task.sample))
    return list(found.values())


def example(task: Any) -> "Dataset":
    """A task's own examples as a stored data set; images with a table beside them where there are any."""
    pictures = [field.name for field in task.inputs if field.kind == "image"]
    name = f"{task.title}, examples"
    if not pictures:
        return stored.table(task.examples, name)
    files, rows = {}, []
    for row in task.examples:
        files |= {Path(row[key]).name: Path(row[key]).read_bytes() for key in pictures}
        rows.append({key: Path(value).name if key in pictures else value for key, value in row.items()})
    return stored.pictured(rows, files, name)


def _earlier() -> None:
    st.markdown("**Earlier data**")
    names = {dataset.id: f"{dataset.name} · {words.size(dataset.upload.size)}" for dataset in data_view.earlier()}
    if not names:
        st.caption("What you bring to any page of the studio can be compared here too.")
    elif chosen := _picked("Data that you brought before", names, "compare_earlier"):
        places.go(Place(chosen))
    held_back = {run.id: f"{run.name} · {run_words.when(run.finished)}" for run in validation.offered()}
    if held_back and (chosen := _picked("Validation rows of a run", held_back, "compare_run")):
        place, model = validation.prepared(chosen)
        if model:
            st.query_params["model"] = model
        places.go(place)


def _picked(label: str, names: dict[str, str], key: str) -> str | None:
    """One of these, once its button was pressed."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(label, list(names), format_func=names.__getitem__, key=key)
        return chosen if st.button("Use it", key=f"{key}_use") else None
