"""The tab "A whole file": drop it, pick the column, look at three answers, run, watch, cancel, download."""

from pathlib import PurePath
from typing import Any

import streamlit as st

from engine import data, words
from engine.errors import StudioError
from engine.tasks import Task
from studio import answer_table, data_view, file_job, forms, model_facts, resources
from studio.answer_table import Answered
from studio.errors import guard
from studio.file_worker import answer_rows, rows_of
from studio.results_tables import plain

SHOWN_ROWS = 200
TRIED_ROWS = 3
EARLIER = 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def is_asked_for() -> bool:
    """Whether the address leads straight to this tab."""
    return "job" in st.query_params or "file" in st.query_params


def show(task: type[Task], model: str) -> None:
    """A job if there is one in the address, else a new file."""
    if identity := st.query_params.get("job"):
        _job(task, identity)
        return
    if identity := st.query_params.get("file"):
        _prepare(task, model, identity)
    else:
        _drop(task)
    _earlier(task)


def _drop(task: type[Task]) -> None:
    left, _ = st.columns([2, 1])
    with left:
        stored = data_view.upload(f"file_{task.page}", "A file with one row for each item: CSV, TSV, Excel, JSON lines or Parquet")
        if stored:
            st.query_params["file"] = stored.id
            st.rerun()
        st.caption("The same file comes back with the answers as further columns. It stays on this machine.")


def _prepare(task: type[Task], model: str, identity: str) -> None:
    from studio.task_page import options_for

    with guard(data_view.again("Choose another file", _forget)):
        dataset = data.open_dataset(identity)
        frame = resources.rows(dataset.id)
        left, right = st.columns([1, 1], gap="large")
        with left:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f":material/description: **{plain(dataset.name)}** · {words.plural(len(frame), 'row')}")
                st.button("Another file", key=f"file_{task.page}_other", type="tertiary", on_click=_forget)
            columns = _columns(task, frame)
            own = model_facts.own_labels(model)
            options = forms.form(options_for(task, own), f"file_{task.page}_option")
            with st.container(horizontal=True):
                tried = st.button("Try three rows", key=f"file_{task.page}_try", icon=":material/visibility:")
                label = f"Answer {words.plural(len(frame), 'row')}"
                started = st.button(label, key=f"file_{task.page}_start", type="primary", icon=":material/play_arrow:")
        with right, guard():
            if started:
                _check(task, columns, options, own)
                job = file_job.start(task.name, model, dataset.id, dataset.name, columns, options, len(frame))
                st.query_params.from_dict({"job": job})
                st.rerun()
            if tried:
                _try(task, model, frame, columns, options, own)
            else:
                data_view.preview(frame, key=f"file_{task.page}_preview")


def _columns(task: type[Task], frame: Any) -> dict[str, str]:
    """The task's text inputs mapped to the file's columns, with a guess made."""
    names, chosen = list(frame.columns), {}
    for field in task.inputs:
        if field.kind != "text":
            continue
        column = st.selectbox(f"Column with the {field.label.lower()}", names, index=names.index(guess(task, field.name, frame)),
                              key=f"file_{task.page}_column_{field.name}")
        if column is not None:
            chosen[field.name] = column
    return chosen


def guess(task: type[Task], name: str, frame: Any) -> str:
    """The column most like the input's name, else like what the task calls its texts, else the one with the longest cells."""
    lowered = {str(column).lower().strip(): column for column in frame.columns}
    declared = [word for column in task.variants[0].columns if column.kind == "text" for word in column.guesses] if task.variants else []
    for word in (name, *declared):
        if word in lowered:
            return lowered[word]
    head = frame.head(100)
    return max(frame.columns, key=lambda column: sum(len(str(cell)) for cell in head[column] if cell is not None))


def _check(task: type[Task], columns: dict[str, str], options: dict[str, Any], own: list[str] | None) -> None:
    if not columns:
        raise StudioError("No column was chosen.", "Pick the column that holds the input.")
    if not own and any(field.kind == "labels" and field.name == "labels" and not options.get("labels") for field in task.options):
        raise StudioError("There are no labels to sort into.", "Type the labels, or choose a model that was trained on your own.")


def _try(task: type[Task], model: str, frame: Any, columns: dict[str, str], options: dict[str, Any], own: list[str] | None) -> None:
    _check(task, columns, options, own)
    rows = frame.head(TRIED_ROWS)
    with st.spinner("Answering three rows" if resources.is_loaded(model) else f"Reading the model {model}, then answering three rows"):
        ready = resources.task(task.name, model)
        asked = rows_of(rows, columns)
        answered = [item for part in answer_rows(ready, asked, options, lambda: False) for item in part]
    st.caption("The first three rows with their answers")
    _table(rows[list(columns.values())], answered, key=f"file_{task.page}_tried")


def _table(rows: Any, answered: list[Answered], key: str) -> None:
    table = answer_table.joined(rows, answered)
    share = st.column_config.ProgressColumn(format="%.1f%%", min_value=0.0, max_value=100.0)
    shares = {name: share for name in table.columns if name not in rows.columns and str(name).startswith("probability")}
    table[list(shares)] *= 100  # the download keeps shares from 0 to 1; here they are read as percents
    narrow = {str(name): st.column_config.TextColumn(width="medium") for name in rows.columns}
    st.dataframe(table, hide_index=True, key=key, column_config=narrow | shares, alt="Rows with their answers")


def _job(task: type[Task], identity: str) -> None:
    with guard(data_view.again("Choose a file", _forget)):
        job = file_job.get(identity)
        if job.active:
            st.fragment(_watch, run_every=1.0)(task, identity)
        else:
            _ended(task, job)


def _watch(task: type[Task], identity: str) -> None:
    """A job that is being worked on; once it has ended, one run of the page stops the timer."""
    job = file_job.get(identity)
    if not job.active:
        st.rerun()
    _head(job)
    st.button("Cancel", key=f"file_{task.page}_cancel", icon=":material/stop_circle:", on_click=file_job.stop, args=(identity,))


def _head(job: file_job.Job) -> None:
    st.markdown(f":material/description: **{plain(job.name)}** · {plain(job.model)}")
    st.progress(job.done / job.total if job.total else 0.0, text=said(job))


def _ended(task: type[Task], job: file_job.Job) -> None:
    identity = job.id
    _head(job)
    if job.error:
        st.error(job.error["hint"], title=job.error["message"], icon=":material/error:")
    with st.container(horizontal=True):
        if job.done:
            _downloads(task, job)
        if job.state != "finished":
            st.button("Go on", key=f"file_{task.page}_go_on", icon=":material/resume:", on_click=file_job.go_on, args=(identity,))
        st.button("Another file", key=f"file_{task.page}_other", on_click=_forget)
        st.button("Delete these answers", key=f"file_{task.page}_delete", type="tertiary", icon=":material/delete:", on_click=_delete,
                  args=(identity,))
    if job.done:
        rows = resources.rows(job.dataset).head(SHOWN_ROWS)
        _table(rows, file_job.answered(identity, SHOWN_ROWS), key=f"file_{task.page}_answers")
        if job.done > SHOWN_ROWS:
            st.caption(f"The first {SHOWN_ROWS} of {words.number(job.done)} answered rows; the download holds them all.")


def said(job: file_job.Job) -> str:
    """The state of a job in words."""
    counted = f"{words.number(job.done)} of {words.plural(job.total, 'row')}"
    failed = f" · {words.plural(job.failed, 'row')} without an answer" if job.failed else ""
    if job.state == "running" and job.rows_per_second and job.seconds_left is not None:
        return f"{counted} · {words.number(job.rows_per_second)} rows/s · about {words.duration(job.seconds_left)} left{failed}"
    state = {"queued": "waiting for another file to finish", "starting": "starting, the model is being read", "running": "running",
             "finished": f"finished in {words.duration(job.seconds)}", "stopped": "stopped, what is answered is kept",
             "failed": "failed, what is answered is kept", "interrupted": "interrupted, what is answered is kept"}[job.state]
    return f"{counted} · {state}{failed}"


def _downloads(task: type[Task], job: file_job.Job) -> None:
    stem = PurePath(job.name).stem or "answers"

    def build(write: Any) -> Any:
        return lambda: write(answer_table.joined(data.open_dataset(job.dataset).frame(), file_job.answered(job.id)))

    st.download_button("Download CSV", build(answer_table.to_csv), f"{stem}-answers.csv", "text/csv", key=f"file_{task.page}_csv",
                       type="primary", icon=":material/download:", on_click="ignore")
    if job.done <= answer_table.SHEET_ROWS:
        st.download_button("Download Excel", build(answer_table.to_xlsx), f"{stem}-answers.xlsx", XLSX, key=f"file_{task.page}_xlsx",
                           icon=":material/download:", on_click="ignore")


def _earlier(task: type[Task]) -> None:
    if found := file_job.jobs(task.name)[:EARLIER]:
        st.caption("Earlier files")
        for job in found:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(plain(job.name), key=f"file_{task.page}_job_{job.id}", type="tertiary", icon=":material/description:",
                          on_click=_open, args=(job.id,))
                st.caption(f"{said(job)} · {plain(job.model)}")


def _open(identity: str) -> None:
    st.query_params.from_dict({"job": identity})


def _forget() -> None:
    for name in ("job", "file"):
        st.query_params.pop(name, None)


def _delete(identity: str) -> None:
    file_job.delete(identity)
    _forget()
