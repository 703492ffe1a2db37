"""A run's tabs: results, mistakes, settings as used, data, log. Only the open one is drawn."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from engine import runs, words
from engine.runs import Run
from engine.training.settings import Settings
from studio import data_view, navigation, resources, results_rows, results_view
from studio.compare import place as places
from studio.compare import validation
from studio.errors import guard
from studio.results_tables import plain
from studio.run_settings import SettingRow, difference_text, setting_rows
from studio.run_words import clock, data_name, method_name, row_count

LOG_TICK = 2.0  # seconds between two looks at the log while the run is open
MOST_LINES = 500
FITTING = 14  # lines that need no scrolling


def draw(run: Run) -> None:
    """The tabs under the curves."""
    parts: dict[str, Callable[[Run], None]] = {
        ":material/leaderboard: Results": _results, ":material/close: Mistakes": _mistakes, ":material/tune: Settings": _settings,
        ":material/table: Data": _data, ":material/notes: Log": _log,
    }
    for tab, part in zip(st.tabs(list(parts), key="run_tabs", on_change="rerun"), parts.values(), strict=True):
        if tab.open:
            with tab, guard():
                part(run)


def _results(run: Run) -> None:
    if run.result and run.result.evaluation:
        results_view.results(run.result.evaluation, key="run")
        results_rows.epochs(run.result.history, key="run")
        results_rows.trials(run.result.trials, run.result.evaluation.metric, key="run")
    else:
        st.caption(_nothing_yet(run, "Precision and recall of each class, and what is taken for what"))


def _mistakes(run: Run) -> None:
    if run.result and run.result.evaluation:
        evaluation = run.result.evaluation
        places = tuple(int(mistake["row"]) for mistake in evaluation.mistakes or [])
        results_view.mistakes(evaluation, key="run", row_numbers=_row_numbers(run),
                              pictures=resources.run_pictures(run.id, places, data_view.PICTURE))
    else:
        st.caption(_nothing_yet(run, "The surest wrong answers"))


def _nothing_yet(run: Run, what: str) -> str:
    return f"{what} will stand here when the run has ended." if run.is_open else f"{what} would stand here, but this run measured nothing."


def _row_numbers(run: Run) -> list[int] | None:
    """The file's own row numbers, where the run was started from a data set that is still there."""
    from engine.data import open_dataset
    from engine.errors import StudioError

    if not run.data.get("dataset"):
        return None
    try:
        return [int(number) for number in open_dataset(run.data["dataset"]).frame().index]
    except StudioError:
        return None


def _settings(run: Run) -> None:
    """What was set, by whom, and how far off the estimate was."""
    why = str((run.estimate or {}).get("why") or "")
    if run.settings.get("method", "auto") == "auto" and run.method != "auto":
        st.markdown(f"Chosen for you: **{plain(method_name(run.method).lower())}**." + (f" {plain(why)}" if why else ""))
    if said := difference_text(run):
        st.markdown(said)
    rows = setting_rows(run.settings, run.result.settings if run.result else {})
    st.dataframe(_settings_table(rows), key="run_settings", hide_index=True, height="content", alt="Settings as used",
                 column_config={"What it does": st.column_config.TextColumn(width="large")})
    for note in run.result.notes if run.result else []:
        st.caption(plain(note))


def _settings_table(rows: list[SettingRow]) -> pd.DataFrame:
    helps = {field.name: field.help for field in Settings.declared()}
    return pd.DataFrame({
        "Setting": [row.label for row in rows],
        "Value": [row.value for row in rows],
        "Chosen by": [row.chosen_by for row in rows],
        "What it does": [helps.get(row.name, "") for row in rows],
    })


def _data(run: Run) -> None:
    """Which rows, how they were parted, and what was cut."""
    said: dict[str, Any] = {"Name": plain(data_name(run)), "Fingerprint": f"`{run.data.get('fingerprint', '–')}`"}
    if (rows := row_count(run)) is not None:
        said["Rows"] = words.number(rows)
    columns = run.data.get("columns") or []
    if isinstance(columns, dict):
        said["Columns"] = ", ".join(f"{plain(column)} as {plain(key)}" for key, column in columns.items() if column)
    elif columns:
        said["Columns"] = ", ".join(plain(column) for column in columns)
    parts = run.result.rows if run.result else {}
    for key, label in (("train", "Trained on"), ("validation", "Measured on"), ("cut", "Texts cut at the longest length")):
        if key in parts:
            said[label] = words.plural(parts[key], "row")
    st.table(said, border="horizontal", width="content", alt="The data of this run")
    st.caption("The same fingerprint means the same rows in the same order.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if run.data.get("dataset"):
            navigation.link("finetune", "Open the data in the wizard", icon=":material/table_edit:", step="data", task=run.task,
                            dataset=run.data["dataset"])
            navigation.link("compare", "See what is alike in it", icon=":material/scatter_plot:", dataset=run.data["dataset"])
        if run.result and run.result.validation and st.button("Compare the validation rows", key="run_validation", type="tertiary",
                                                              icon=":material/scatter_plot:"):
            place, model = validation.prepared(run.id)
            navigation.go("compare", **places.address(place), **({"model": model} if model else {}))


def _log(run: Run) -> None:
    st.fragment(_log_lines, run_every=LOG_TICK if run.is_open else None)(run.id)


def _log_lines(run_id: str) -> None:
    with guard():
        found = runs.events(run_id, kind="log")
        if not found:
            st.caption("Nothing was written yet.")
            return
        lines = [f"{clock(stored.time)}  {'' if stored.event.level == 'info' else stored.event.level + ': '}{stored.event.text}"
                 for stored in found[-MOST_LINES:]]
        with st.container(height=360 if len(lines) > FITTING else "content", autoscroll=len(lines) > FITTING, key="run_log"):
            st.code("\n".join(lines), language=None, wrap_lines=True)
