"""A file's job as its tab shows it: live while it runs, then its answers, its downloads, and what can be done next."""

from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import Any

import streamlit as st

from engine import data, words
from engine.tasks import Task
from studio import answer_table, data_view, download_job, file_job, resources, server
from studio.answer_files import KINDS, SHEET_ROWS
from studio.answer_table import Answered, is_vector
from studio.errors import guard
from studio.results_tables import plain

SHOWN_ROWS = 200
SHOWN_NUMBERS = 8  # of a vector; the download holds them all
EARLIER = 10
OWN_KIND = {"jsonl": "jsonl", "json": "jsonl", "xlsx": "xlsx", "xls": "xlsx", "ods": "xlsx"}  # what is given back for what was given


def pictures(task: type[Task], dataset: data.Dataset, columns: dict[str, str], most: int) -> data_view.Pictures:
    """The images of the first rows as data URLs; empty where the task takes none."""
    column = next((columns[field.name] for field in task.inputs if field.kind == "image" and field.name in columns), None)
    if column is None:
        return []
    names = resources.rows(dataset.id)[column].head(most)
    return resources.thumbnails(dataset.id, tuple(map(str, names)), data_view.PICTURE * 2)  # twice, for screens of fine pixels


def table(rows: Any, answered: list[Answered], key: str, pictures: data_view.Pictures) -> None:
    """Rows with their images and answers, probabilities as bars, vectors as their first numbers."""
    joined = answer_table.joined(rows, [replace(item, answer=item.answer[:SHOWN_NUMBERS]) if is_vector(item.answer) else item
                                        for item in answered])
    share = st.column_config.ProgressColumn(format="%.1f%%", min_value=0.0, max_value=100.0, width=150)
    shares = {name: share for name in joined.columns if name not in rows.columns and str(name).startswith("probability")}
    joined[list(shares)] *= 100  # the download keeps shares from 0 to 1; here they are read as percents
    data_view.table(joined, key, "Rows with their answers", shares, pictures, hide_index=True)


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
            _downloads(task, identity)
        if job.state != "finished":
            st.button("Go on", key=f"file_{task.page}_go_on", icon=":material/resume:", on_click=file_job.go_on, args=(identity,))
        st.button("Another file", key=f"file_{task.page}_other", on_click=forget)
        st.button("Delete these answers", key=f"file_{task.page}_delete", type="tertiary", icon=":material/delete:", on_click=_delete,
                  args=(identity,))
    if job.done:
        rows = resources.rows(job.dataset).head(SHOWN_ROWS)
        seen = pictures(task, data.open_dataset(job.dataset), job.columns, min(job.done, SHOWN_ROWS))
        table(rows, list(file_job.answered(identity, SHOWN_ROWS)), f"file_{task.page}_answers", seen)
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


def _downloads(task: type[Task], identity: str) -> None:
    """Looks again by itself while a file is being made."""
    job = file_job.get(identity)
    kinds = _kinds(task, job)
    busy = download_job.busy(job, kinds)
    st.fragment(_offers, run_every=1.0 if busy else None)(task, identity, kinds, busy)


def _kinds(task: type[Task], job: file_job.Job) -> list[str]:
    """The kind of file that was given comes first: it is the same file with its answers."""
    given = OWN_KIND.get(data.open_dataset(job.dataset).facts.format.lower(), "csv")
    offered = ("parquet", "npy", "csv") if task.answer_kind == "vector" else (given, "csv", "xlsx")
    return [kind for kind in dict.fromkeys(offered) if kind != "xlsx" or job.done <= SHEET_ROWS]


def _offers(task: type[Task], identity: str, kinds: list[str], busy_before: list[str]) -> None:
    job = file_job.get(identity)
    failed = ""
    with st.container(horizontal=True):
        for kind in kinds:
            key, style = f"file_{task.page}_{kind}", "primary" if kind == kinds[0] else "secondary"
            name = f"{PurePath(job.name).stem or 'answers'}-answers.{kind}"
            label, made = KINDS[kind].label, download_job.making(job, kind)
            if download_job.is_quick(job, kind):
                st.download_button(f"Download {label}", partial(_bytes, job, kind), name, KINDS[kind].mime, key=key, type=style,
                                   icon=":material/download:", on_click="ignore")
            elif path := download_job.ready(job, kind):
                st.link_button(f"Download {label} ({words.size(path.stat().st_size)})", server.offer(path, name), type=style,
                               icon=":material/download:", key=key)
            elif made and not made.failed:
                st.button(f"{label} · {made.share:.0%}", icon="spinner", disabled=True, key=key)
            else:
                failed = made.failed if made else failed
                st.button(f"Prepare {label}", icon=":material/inventory:", key=key, type=style, on_click=download_job.start,
                          args=(job, kind), help="A large file: it is made on disk first, and can then be downloaded.")
    if failed:
        st.warning(failed)
    if busy_before != download_job.busy(job, kinds):
        st.rerun()


def _bytes(job: file_job.Job, kind: str) -> bytes:
    return download_job.build(job, kind).read_bytes()


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
