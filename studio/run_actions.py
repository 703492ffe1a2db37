"""What can be done with runs: stop, save, try, rename, repeat, delete."""

from collections.abc import Sequence
from typing import Any, NoReturn

import streamlit as st

from engine import runs, words
from engine.fields import Field
from engine.images import ENDINGS, MOST_BYTES
from engine.runs import Run
from engine.tasks import task_class
from studio import charts, images, navigation
from studio.errors import guard
from studio.results_tables import plain
from studio.state import peek, state, toast

TRIED = 5  # labels shown of a tried answer
TRY_HEIGHT = 68  # pixels: two lines


def turn(**query: str) -> NoReturn:
    """Another view of the runs page: the address changes, the page stays."""
    st.query_params.from_dict(query)
    st.rerun()


def stop(identities: Sequence[str]) -> None:
    """A button's callback: ask them to stop."""
    with guard():
        for identity in identities:
            runs.stop(identity)


def next_steps(run: Run) -> None:
    """What follows a run's end: keep the model, try it; or repeat the run where there is no model."""
    if run.has_model:
        _keep(run)
        st.fragment(_try)(run.id, run.task)
    else:
        st.markdown("There is no trained model to keep.")
        repeat_button(run, key="run_repeat_now", primary=True)


def _keep(run: Run) -> None:
    """One click saves under the name that stands there."""
    with st.container(border=True):
        if run.saved_as:
            st.markdown(f":material/check_circle: Saved in the hub as **{plain(run.saved_as)}**")
            with st.container(horizontal=True):
                navigation.link("hub", "Open in the hub", icon=":material/inventory_2:", model=run.saved_as)
                navigation.link(_page(run), "Use it", icon=":material/play_arrow:", model=run.saved_as)
            return
        st.text_input("Keep this model as", value=suggested_name(run), key="run_save_name", max_chars=100,
                      help="3 to 100 of a-z, 0-9, - and _. Unsaved weights stay in the run until it is deleted.")
        st.button("Save to the hub", type="primary", icon=":material/inventory_2:", key="run_save", on_click=_save, args=(run.id,))


def _page(run: Run) -> str:
    return task_class(run.task).page


def _save(run_id: str) -> None:
    with guard():
        toast(f"Saved in the hub as {runs.save(run_id, str(peek('run_save_name', '')).strip())}.")
        st.rerun()  # the whole page, also where the button stands in a part that reruns alone


def suggested_name(run: Run) -> str:
    """A name for the hub made from the run's: lower case, the allowed signs only."""
    letters = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-" for sign in run.name.casefold())
    name = "-".join(part for part in letters.split("-") if part)[:90]
    return name if len(name) >= 3 else f"model-{run.id}"


def _try(run_id: str, task_name: str) -> None:
    """A small box that answers with the run's model before it is saved."""
    with guard(), st.container(border=True):
        task = task_class(task_name)
        with st.form("run_try_form", border=False, enter_to_submit=True):
            given = {field.name: _INPUTS[field.kind](field) for field in task.inputs if field.kind in _INPUTS}
            asked = st.form_submit_button("Try", icon=":material/play_arrow:", key="run_try")
        if asked:
            with st.spinner("The model answers"):
                state().answers[f"run {run_id}"] = task(model=runs.load(run_id)).answer([given])[0]
        if (answer := state().answers.get(f"run {run_id}")) is not None:
            _show(answer)


def _text(field: Field) -> str | None:
    return st.text_area(f"Try it on {words.a(field.label.lower())}", key=f"run_try_{field.name}", height=TRY_HEIGHT,
                        help=field.help or None)


def _image(field: Field) -> Any:
    file = st.file_uploader(f"Try it on {words.a(field.label.lower())}", type=list(ENDINGS), key=f"run_try_{field.name}",
                            help=field.help or None, max_upload_size=MOST_BYTES // 1_000_000)
    if file is not None:
        images.thumbnail(images.Uploaded.of(file))
    return images.Uploaded.of(file) if file is not None else None


_INPUTS = {"text": _text, "image": _image}


def _show(answer: Any) -> None:
    """The likeliest few labels only: the box is small."""
    if isinstance(answer, list) and answer and isinstance(answer[0], float):
        st.caption(f"A vector of {words.number(len(answer))} numbers, beginning with {', '.join(f'{value:.3f}' for value in answer[:3])}. "
                   "Save the model to compare vectors on the task's page.")
        return
    if isinstance(answer, dict):
        charts.probabilities(dict(sorted(answer.items(), key=lambda item: -item[1])[:TRIED]), key="run_try_answer")
    else:
        st.text(str(answer))


def toolbar(run: Run) -> None:
    """Stop while it is open; rename, repeat, delete."""
    with st.container(horizontal=True, horizontal_alignment="right", width="content", key="run_toolbar"):
        if run.is_open:
            stopping = run.state == "stopping"
            st.button("Stopping" if stopping else "Stop", icon=":material/stop_circle:", key="run_stop", disabled=stopping,
                      type="primary", on_click=stop, args=([run.id],), help="The best weights so far can be kept.")
        with st.popover("Rename", icon=":material/edit:", key="run_rename"):
            st.text_input("Name", value=run.name, key="run_name", max_chars=200)
            st.button("Rename the run", key="run_rename_now", on_click=_rename, args=(run.id,))
        if run.has_model:  # without one the button stands, larger, among the next steps
            repeat_button(run, key="run_repeat")
        if not run.is_open:
            delete_popover([run], key="run_delete")


def _rename(run_id: str) -> None:
    with guard():
        runs.rename(run_id, str(peek("run_name", "")).strip())
        st.rerun()


def repeat_button(run: Run, key: str, primary: bool = False) -> None:
    """Starts a new run with the same rows and settings, and opens it."""
    if st.button("Repeat", icon=":material/replay:", key=key, type="primary" if primary else "secondary",
                 help="A new run with the same rows and the same settings."):
        turn(run=runs.repeat(run.id))


def delete_popover(chosen: Sequence[Run], key: str) -> None:
    """Asks before it deletes, and says how much disk that frees."""
    ended = [run for run in chosen if not run.is_open]
    with st.popover("Delete", icon=":material/delete:", key=key, disabled=not ended):
        many = f"{len(ended)} runs" if len(ended) != 1 else "this run"
        freed = sum(runs.size_of(run.id) for run in ended)
        st.markdown(f"Delete {many}? Curves, results and unsaved weights go with it: {words.size(freed)} of disk.")
        if kept := [run.saved_as for run in ended if run.saved_as]:
            st.caption(f"Stays in the hub: {plain(', '.join(kept))}.")
        if len(ended) < len(chosen):
            st.caption("Runs that wait or train are left alone. Stop them first.")
        st.button(f"Delete {many}", icon=":material/delete:", key=f"{key}_now", on_click=_delete, args=([run.id for run in ended],))


def _delete(identities: Sequence[str]) -> None:
    with guard():
        freed = sum(runs.delete(identity) for identity in identities)
        toast(f"Deleted {words.plural(len(identities), 'run')}, {words.size(freed)} freed.")
        st.query_params.clear()  # back to the list
