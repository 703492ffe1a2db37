"""A file's job as its tab shows it: live while it runs, then its answers, its downloads, and what can be done next."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import Any

import streamlit as st

from engine import data, words
from engine.tasks import Task
from studio import answer_table, data_view, file_job, resources
from studio.answer_table import Answered
from studio.errors import guard
from studio.results_tables import plain
from studio.vector_view import is_vector

SHOWN_ROWS = 200
SHOWN_NUMBERS = 8  # of a vector; the download holds them all
EARLIER = 10
KINDS = {"csv": ("CSV", "text/csv"), "parquet": ("Parquet", "application/vnd.apache.parquet"), "npy": ("NPY", "application/octet-stream"),
         "jsonl": ("JSON lines", "application/jsonl"),
         "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")}
OWN_KIND = {"jsonl": "jsonl", "json": "jsonl", "xlsx": "xlsx", "xls": "xlsx", "ods": "xlsx"}  # what is given back for what was given


def table(rows: Any, answered: list[Answered], key: str) -> None:
    """Rows with their answers, probabilities as bars, vectors as their first numbers."""
    joined = answer_table.joined(rows, [replace(item, answer=item.answer[:SHOWN_NUMBERS]) if is_vector(item.answer) else item
                                        for item in answered])
    share = st.column_config.ProgressColumn(format="%.1f%%", min_value=0.0, max_value=100.0, width=150)
    shares = {name: share for name in joined.columns if name not in rows.columns and str(name).startswith("probability")}
    joined[list(shares)] *= 100  # the download keeps shares from 0 to 1; here they are read as percents
    widths = {str(name): st.column_config.TextColumn(width=width) for name, width in data_view.widths(joined).items()}
    st.dataframe(joined, hide_index=True, key=key, column_config=widths | shares, placeholder="–", alt="Rows with their answers")


def show(task: type[Task], identity: str) -> None:
    """The job as it stands, live while it is worked on."""
    with guard(data_view.again("Choose a file", forget)):
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
        st.button("Another file", key=f"file_{task.page}_other", on_click=forget)
        st.button("Delete these answers", key=f"file_{task.page}_delete", type="tertiary", icon=":material/delete:", on_click=_delete,
                  args=(identity,))
    if job.done:
        rows = resources.rows(job.dataset).head(SHOWN_ROWS)
        table(rows, file_job.answered(identity, SHOWN_ROWS), key=f"file_{task.page}_answers")
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
    """The kind of file that was given comes first: it is the same file with its answers."""
    given = OWN_KIND.get(data.open_dataset(job.dataset).facts.format.lower(), "csv")
    stem = PurePath(job.name).stem or "answers"
    offered = ("parquet", "npy", "csv") if task.answer_kind == "vector" else (given, "csv", "xlsx")
    kinds = [kind for kind in dict.fromkeys(offered) if kind != "xlsx" or job.done <= answer_table.SHEET_ROWS]
    for kind in kinds:
        name, mime = KINDS[kind]
        st.download_button(f"Download {name}", partial(_built, job, kind), f"{stem}-answers.{kind}", mime, key=f"file_{task.page}_{kind}",
                           type="primary" if kind == kinds[0] else "secondary", icon=":material/download:", on_click="ignore")


def _built(job: file_job.Job, kind: str) -> bytes:
    """The file to download, made when it is asked for."""
    dataset, answered = data.open_dataset(job.dataset), file_job.answered(job.id)
    if kind == "jsonl":
        return answer_table.to_jsonl(_items(dataset), answered)
    if kind == "npy":
        return answer_table.to_npy(answered)
    if kind == "parquet":
        return answer_table.to_parquet(dataset.frame(), answered)
    write = answer_table.to_xlsx if kind == "xlsx" else answer_table.to_csv
    return write(answer_table.joined(dataset.frame(), answered))


def _items(dataset: data.Dataset) -> Iterator[dict[str, Any]]:
    """The rows with the values that the file has: numbers stay numbers, where a table of cells has texts."""
    frame = dataset.frame()
    records = ({name: cell for name, cell in record.items() if cell is not None} for record in frame.to_dict("records"))
    if not dataset.upload.name.lower().endswith((".jsonl", ".ndjson")):
        yield from records
        return
    with dataset.upload.path.open(encoding=dataset.facts.encoding) as lines:
        for line, record in zip((line for line in lines if line.strip()), records, strict=False):
            item = json.loads(line.lstrip("\ufeff"))
            yield item if isinstance(item, dict) else record


def earlier(task: type[Task]) -> None:
    """The task's latest files, each a click away."""
    if found := file_job.jobs(task.name)[:EARLIER]:
        st.caption("Earlier files")
        for job in found:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(plain(job.name), key=f"file_{task.page}_job_{job.id}", type="tertiary", icon=":material/description:",
                          on_click=_open, args=(job.id,))
                st.caption(f"{said(job)} · {plain(job.model)}")


def _open(identity: str) -> None:
    st.query_params.pop("file", None)
    st.query_params["job"] = identity


def forget() -> None:
    """Leave the file: back to the uploader."""
    for name in ("job", "file"):
        st.query_params.pop(name, None)


def _delete(identity: str) -> None:
    file_job.delete(identity)
    forget()
