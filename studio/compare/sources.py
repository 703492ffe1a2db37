"""Where the items come from, while there are none: typed, a file, images, an example, or data that was brought before."""

import csv
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine import data, paths, words
from engine.errors import StudioError
from engine.tasks import TASKS
from studio import data_view
from studio.compare import place as places
from studio.compare import setup
from studio.compare.place import Place
from studio.errors import guard
from studio.state import peek

if TYPE_CHECKING:
    from engine.data import Dataset
    from engine.tasks import Sample, Task

FILE = "A table with one row for each item, or a zip of images (a table that describes them may lie among them)"


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
    return _stored([{"text": line} for line in lines], f"{words.plural(len(lines), 'typed text')}.csv")


def _stored(rows: list[dict[str, str]], name: str) -> "Dataset":
    upload = data.store(_csv(rows), name)
    return data.Dataset.of(upload, encoding="utf-8", delimiter=",", header=1).save()


def _csv(rows: list[dict[str, str]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("utf-8", "replace")


def _files() -> None:
    st.markdown("**Bring a file, or images**")
    stored = data_view.upload("compare", FILE) or data_view.upload_folder("compare_folder", "Or a folder of images from this computer")
    if stored:
        places.go(Place(stored.id))
    st.caption("It is copied to the studio's folder on this machine and never changed.")


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
        return _stored([dict(row) for row in task.examples], f"{name}.csv")
    from engine.data import image_archives

    files, rows = {}, []
    for row in task.examples:
        files |= {Path(row[key]).name: Path(row[key]).read_bytes() for key in pictures}
        rows.append({key: Path(value).name if key in pictures else value for key, value in row.items()})
    if len(rows[0]) > 1:
        files["items.csv"] = _csv(rows)
    with tempfile.TemporaryDirectory(dir=paths.cache()) as folder:
        image_archives.zipped(files, Path(folder) / "images.zip")
        return data.Dataset.of(data.store(Path(folder) / "images.zip", f"{name}.zip")).save()


def _earlier() -> None:
    st.markdown("**Earlier data**")
    found = data_view.earlier()
    if not found:
        st.caption("What you bring to any page of the studio can be compared here too.")
        return
    names = {dataset.id: f"{dataset.name} · {words.size(dataset.upload.size)}" for dataset in found}
    chosen = st.selectbox("Data that you brought before", list(names), format_func=names.__getitem__, key="compare_earlier")
    if st.button("Use it", key="compare_earlier_use") and chosen:
        places.go(Place(chosen))
