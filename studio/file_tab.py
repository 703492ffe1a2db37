"""The tab "A whole file": drop it, pick the column, look at three answers, start."""

from typing import Any

import streamlit as st

from engine import data, words
from engine.errors import StudioError
from engine.tasks import Task
from studio import data_view, file_answers, file_job, forms, model_facts, reading, resources
from studio.data_view import PREVIEW_ROWS
from studio.errors import guard
from studio.file_worker import Reading, answer_rows
from studio.results_tables import plain

TRIED_ROWS = 3
TABLE = "A file with one row for each item: CSV, TSV, Excel, JSON lines or Parquet"
ZIP = "A zip of images. A table that names them may lie among them; its other columns are kept"


def is_asked_for() -> bool:
    """Whether the address leads straight to this tab."""
    return "job" in st.query_params or "file" in st.query_params


def show(task: type[Task], model: str) -> None:
    """A job if there is one in the address, else a new file."""
    if identity := st.query_params.get("job"):
        file_answers.show(task, identity)
        return
    if identity := st.query_params.get("file"):
        _prepare(task, model, identity)
    else:
        _drop(task)
    file_answers.earlier(task)


def _drop(task: type[Task]) -> None:
    left, _ = st.columns([2, 1])
    pictures = any(field.kind == "image" for field in task.inputs)
    with left:
        stored = data_view.upload(f"file_{task.page}", ZIP if pictures else TABLE)
        if pictures:
            stored = data_view.upload_folder(f"file_{task.page}_folder", "Or a folder of images") or stored
        if stored:
            st.query_params["file"] = stored.id
            st.rerun()
        st.caption("The same file comes back with the answers as further columns. It stays on this machine.")


def _prepare(task: type[Task], model: str, identity: str) -> None:
    with guard(data_view.again("Choose another file", file_answers.forget)):
        dataset = data.open_dataset(identity)
        frame = resources.rows(dataset.id)
        left, right = st.columns([1, 1], gap="large")
        with left:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f":material/description: **{plain(dataset.name)}** · {words.plural(len(frame), 'row')}")
                st.button("Another file", key=f"file_{task.page}_other", type="tertiary", on_click=file_answers.forget)
            columns = _columns(task, frame)
            options = forms.form(model_facts.options(task, model), f"file_{task.page}_option")
            with st.container(horizontal=True):
                tried = st.button("Try three rows", key=f"file_{task.page}_try", icon=":material/visibility:")
                label = f"Answer {words.plural(len(frame), 'row')}"
                started = st.button(label, key=f"file_{task.page}_start", type="primary", icon=":material/play_arrow:")
        if not tried:
            with right, guard():
                data_view.preview(frame, f"file_{task.page}_preview", pictures=file_answers.pictures(task, dataset, columns, PREVIEW_ROWS))
                reading.show(dataset, frame, f"file_{task.page}_{dataset.upload.id}", _read_anew)
        with guard():
            if started:
                _check(task, model, columns, options)
                job = file_job.start(task.name, model, dataset.id, dataset.name, columns, options, len(frame))
                st.query_params.pop("file", None)
                st.query_params["job"] = job
                st.rerun()
            if tried:
                _try(task, model, dataset, columns, options)


def _read_anew(changed: data.Dataset) -> None:
    st.query_params["file"] = changed.id
    st.rerun()


def _columns(task: type[Task], frame: Any) -> dict[str, str]:
    """The task's inputs mapped to the file's columns, with guesses made; an input that need not be there may stay without one."""
    names, chosen = list(frame.columns), {}
    for field in task.inputs:
        likely = guess(task, field.name, frame, tuple(chosen.values()), field.required)
        column = st.selectbox(f"Column with the {field.label.lower()}", names, index=names.index(likely) if likely in names else None,
                              key=f"file_{task.page}_column_{field.name}", help=field.help or None,
                              placeholder="None" if not field.required else "Choose a column")
        if column is not None:
            chosen[field.name] = column
    return chosen


def guess(task: type[Task], name: str, frame: Any, taken: tuple[str, ...] = (), needed: bool = True) -> str | None:
    """The column most like the input's name, else like what the task calls such a thing; for one that is needed else the free column
    with the longest cells."""
    lowered = {str(column).lower().strip(): column for column in frame.columns if column not in taken}
    columns = task.variants[0].columns
    own = [column for column in columns if column.key.startswith(name)] or columns[:1]
    declared = [word for column in own for word in column.guesses]
    for word in (name, *declared):
        if word in lowered:
            return lowered[word]
    head, free = frame.head(100), list(lowered.values())
    if not needed or not free:
        return None
    return max(free, key=lambda column: sum(len(str(cell)) for cell in head[column] if cell is not None))


def _check(task: type[Task], model: str, columns: dict[str, str], options: dict[str, Any]) -> None:
    if missing := [field.label.lower() for field in task.inputs if field.required and field.name not in columns]:
        raise StudioError(f"No column was chosen for the {' and the '.join(missing)}.", "Pick the column that holds it.")
    asks = [field.name for field in task.options if field.kind == "labels"]
    if model_facts.needs_labels(model) and any(not options.get(name) for name in asks):
        raise StudioError("There are no labels to sort into.", "Type the labels, or choose a model that was trained on your own.")


def _try(task: type[Task], model: str, dataset: Any, columns: dict[str, str], options: dict[str, Any]) -> None:
    _check(task, model, columns, options)
    rows = dataset.frame().head(TRIED_ROWS)
    with st.spinner("Answering three rows" if resources.is_loaded(model) else f"Reading the model {model}, then answering three rows"):
        ready = resources.task(task.name, model)
        reading = Reading(ready, columns, dataset.files())
        answered = [item for part in answer_rows(ready, rows, reading, options, lambda: False) for item in part]
    st.caption("The first three rows with their answers")
    file_answers.table(rows[list(dict.fromkeys(columns.values()))], answered, f"file_{task.page}_tried",
                       file_answers.pictures(task, dataset, columns, TRIED_ROWS))
