"""Every run in a table: search, filter by state, open, compare, stop, repeat, delete."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine import runs, words
from engine.runs import Run
from studio import frame, run_actions
from studio.errors import Action, guard
from studio.run_words import STATES, data_name, look, method_name, overall, primary, row_count, task_title, took_text, when
from studio.state import peek, state

TICK = 2.0  # seconds between two looks while something runs
SHOWN = 500


def draw() -> None:
    """The list, live while something runs; an empty page leads to the wizard."""
    every = runs.list(limit=SHOWN)
    if not every:
        frame.empty("Every training you start is kept here with its curves, settings and results. Watch it, compare it, do it again.",
                    "Finetune a model", "finetune", icon=":material/school:")
        return
    with st.container(horizontal=True, vertical_alignment="top"):
        search = st.text_input("Search", key="runs_search", type="search", placeholder="Name, data, model, method", live="200ms",
                               persist_state="session", width=320)
        states = [state for state in STATES if any(run.state == state for run in every)]
        wanted = st.pills("State", states, selection_mode="multi", key="runs_states", persist_state="session",
                          format_func=lambda state: f"{look(state).icon} {look(state).word}")
    live = any(run.is_open for run in every)
    st.fragment(_table, run_every=TICK if live else None)(search, wanted, live)


def _table(search: str, wanted: Sequence[str], live: bool) -> None:
    with guard():
        if opened := state().run:
            state().run = None
            run_actions.turn(run=opened)
        every = runs.list(limit=SHOWN)
        if live and not any(run.is_open for run in every):
            st.rerun()
        shown = matching(every, search, wanted)
        if not shown:
            st.caption("No run matches. Clear the search or choose another state.")
            return
        column = st.column_config
        selected = st.dataframe(
            table(shown), key="runs_table", hide_index=True, on_select="rerun", selection_mode="multi-row", row_height=38,
            height=min(38 * (len(shown) + 1) + 3, 560), placeholder="–",
            alt="Runs: state, name, task, method, data, metric, when and how long",
            column_config={
                "Run": column.ButtonColumn(type="tertiary", alignment="left", width=180, key="runs_open", on_click=_open,
                                           args=([run.id for run in shown],), help="Click a name to open the run."),
                "State": column.TextColumn(width=105),
                "Metric": column.NumberColumn(width=66, format="%.1f%%", help="The primary metric on the validation rows."),
                "Task and method": column.TextColumn(width=150),
                "Rows": column.NumberColumn(format="localized", width=58),
                "Started": column.TextColumn(width=90),
                "Took": column.TextColumn(width=78),
            },
        )
        chosen = [shown[place] for place in selected["selection"]["rows"] if place < len(shown)]
        _actions(chosen, len(shown), len(every))


def _open(identities: Sequence[str]) -> None:
    """A click on a name: noted here, followed by the run of the script after it."""
    if click := peek("runs_open"):
        state().run = identities[click["row"]]


def _actions(chosen: Sequence[Run], shown: int, every: int) -> None:
    """What can be done with the ticked runs."""
    if not chosen:
        of_all = f" of {every:,}" if shown < every else ""
        st.caption(f"{words.plural(shown, 'run')}{of_all}. Click a name to open it, tick two or more to compare them.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words.plural(len(chosen), 'run')} ticked**", width="content")
        if len(chosen) == 1 and st.button("Open", icon=":material/open_in_full:", type="primary", key="runs_open_ticked"):
            run_actions.turn(run=chosen[0].id)
        if len(chosen) > 1 and st.button("Compare", icon=":material/compare_arrows:", type="primary", key="runs_compare"):
            run_actions.turn(compare=",".join(run.id for run in chosen))
        if active := [run for run in chosen if run.state in ("queued", "running")]:
            st.button("Stop", icon=":material/stop_circle:", key="runs_stop", on_click=run_actions.stop, args=([run.id for run in active],))
        if len(chosen) == 1:
            run_actions.repeat_button(chosen[0], key="runs_repeat")
        run_actions.delete_popover(chosen, key="runs_delete")


def way_back() -> None:
    """The button that leads from a run to the list."""
    if st.button("All runs", icon=":material/arrow_back:", type="tertiary", key="runs_back"):
        run_actions.turn()


def back_to_the_list() -> Action:
    """The same, where there is no such run."""
    return Action("All runs", st.query_params.clear, icon=":material/arrow_back:")


def matching(every: Sequence[Run], search: str = "", states: Sequence[str] = ()) -> list[Run]:
    """Runs that hold each searched word somewhere and are in one of the states (none chosen: in any)."""
    wanted = (search or "").casefold().split()
    return [run for run in every if (not states or run.state in states) and all(word in _searchable(run) for word in wanted)]


def _searchable(run: Run) -> str:
    parts = (run.id, run.name, run.task, task_title(run.task), run.model, run.method, method_name(run.method), data_name(run), run.state,
             look(run.state).word, run.saved_as or "")
    return " ".join(map(str, parts)).casefold()


def table(shown: Sequence[Run]) -> pd.DataFrame:
    """One row a run, in the columns that the page shows. Metric in percent; it and Rows stay numbers, so that they sort."""
    found = [primary(run) for run in shown]
    return pd.DataFrame({
        "Run": [run.name for run in shown],
        "State": [_state(run) for run in shown],
        "Metric": pd.array([value[1] * 100 if value else None for value in found], dtype="Float64"),
        "Task and method": [f"{task_title(run.task)}, {method_name(run.method).lower()}" for run in shown],
        "Rows": pd.array([row_count(run) for run in shown], dtype="Int64"),
        "Started": [when(run.started or run.created) for run in shown],
        "Took": [took_text(run) for run in shown],
        "Data": [data_name(run) for run in shown],
    })


_SIGNS = {"queued": "◷", "running": "▶", "stopping": "◼", "finished": "✓", "stopped": "◼", "failed": "✕", "interrupted": "⚡"}


def _state(run: Run) -> str:
    """A sign and a word: a table's cell shows no Material icons."""
    share = overall(run.progress) if run.state == "running" else None
    return f"{_SIGNS.get(run.state, '')} {look(run.state).word}{f' {share:.0%}' if share is not None else ''}".strip()
