"""The files that were brought: what takes room, what was answered from it, and letting go of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from engine import data, words
from engine.data import Kept
from studio import file_job
from studio.errors import guard
from studio.file_job import Job
from studio.results_tables import plain
from studio.run_words import when
from studio.state import toast

ROW_HEIGHT, MOST_HEIGHT = 38, 420  # pixels
BESIDE = "Runs and saved models keep their own rows: they stay as they are."


def show() -> None:
    """Every file with its size and age; those that are ticked can be deleted."""
    kept = data.list_uploads()
    if not kept:
        st.markdown("No file was brought yet. What you upload on any page is kept here, so that it need not be uploaded twice.")
        return
    st.markdown(f"{words.plural(len(kept), 'file')} with what was read from {'it' if len(kept) == 1 else 'them'}, "
                f"**{words.size(sum(one.size_bytes for one in kept))}**. {BESIDE}")
    jobs = file_job.jobs()
    answers = {one.upload.id: [job for job in jobs if job.dataset in one.datasets] for one in kept}
    column = st.column_config
    selected = st.dataframe(
        table(kept, answers), key="kept_data", hide_index=True, on_select="rerun", selection_mode="multi-row", row_height=ROW_HEIGHT,
        height=min(ROW_HEIGHT * (len(kept) + 1) + 3, MOST_HEIGHT), alt="Files that were brought: name, size, answers, age",
        column_config={
            "Size": column.NumberColumn(format="bytes", help="On disk, with what was unpacked and the vectors that belong to it."),
            "Answered": column.NumberColumn(help="How often the file was answered as a whole."),
        })
    chosen = [kept[place] for place in selected["selection"]["rows"] if place < len(kept)]
    if not chosen:
        st.caption("Tick files to delete them.")
        return
    _delete_popover(chosen, answers)


def table(kept: Sequence[Kept], answers: dict[str, list[Job]]) -> pd.DataFrame:
    """One row a file. Size in bytes."""
    return pd.DataFrame({
        "File": [one.upload.name for one in kept],
        "Size": [one.size_bytes for one in kept],
        "Answered": [len(answers[one.upload.id]) for one in kept],
        "Brought": [when(datetime.fromtimestamp(one.upload.stored, UTC)) for one in kept],
    })


def _delete_popover(chosen: Sequence[Kept], answers: dict[str, list[Job]]) -> None:
    """Asks before it deletes, and says what goes and what stays."""
    free = [one for one in chosen if not any(job.active for job in answers[one.upload.id])]
    gone = [job for one in free for job in answers[one.upload.id]]
    many = words.plural(len(free), "file")
    with st.popover("Delete", icon=":material/delete:", key="kept_delete", disabled=not free):
        st.markdown(f"Delete {many}? That frees about {words.size(sum(one.size_bytes for one in free))} of disk and cannot be undone.")
        if gone:
            st.markdown(f"What was answered from **{plain(_named(gone))}** goes with it.")
        st.caption(BESIDE)
        st.button(f"Delete {many}", icon=":material/delete:", key="kept_delete_now",
                  on_click=_delete, args=([one.upload.id for one in free], [job.id for job in gone]))
    if len(free) < len(chosen):
        st.caption("A file that is being answered just now is left alone. Cancel that first.")


def _named(jobs: Sequence[Job]) -> str:
    """Each file once."""
    return ", ".join(dict.fromkeys(job.name for job in jobs))


def _delete(uploads: Sequence[str], jobs: Sequence[str]) -> None:
    with guard():
        freed = sum(map(file_job.delete, jobs)) + sum(map(data.delete_upload, uploads))
        toast(f"Deleted {words.plural(len(uploads), 'file')}, {words.size(freed)} freed.")
