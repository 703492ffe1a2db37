"""Labels that look wrong: looked for when the reader asks, decided row by row."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from engine import data, preferences, words
from studio import charts, data_view, resources
from studio.results_tables import plain
from studio.run_words import phase
from studio.wizard import place as places
from studio.wizard.place import Place

if TYPE_CHECKING:
    from engine.data import Dataset, Fix
    from engine.training.doubts import Doubt

KEEP, TAKE, DROP = "Keep it", "Take the likelier", "Drop the row"
SHOWN = 300
REMEMBERED = 32

_found: dict[tuple[str, str], "list[Doubt]"] = {}  # by data set and model; what was found is the same for every tab


def show(place: Place, dataset: "Dataset") -> None:
    """A button that looks for such labels, and once it has, a table in which each is decided on."""
    if place.chosen_variant.columns[-1].kind != "label":
        return
    key = (dataset.id, place.chosen_model)
    with st.container(border=True, key="wizard_doubts", gap="small"):
        if key not in _found:
            st.markdown("**Are the labels right?**")
            st.caption(f"{plain(place.chosen_model)} looks at every row and names those whose label looks wrong. What it sees of them "
                       "is kept for the training.")
            if st.button("Look for labels that seem wrong", key="wizard_doubts_look", icon=":material/troubleshoot:"):
                _look(place, dataset, key)
                st.rerun()
        elif not _found[key]:
            st.markdown(":material/check: No label looks wrong.")
        elif fixes := _decided(place, dataset, _found[key]):
            for fix in fixes:
                dataset = dataset.with_fix(fix)
            places.go(place, dataset=dataset.save().id)


def _look(place: Place, dataset: "Dataset", key: tuple[str, str]) -> None:
    from engine.inference.cache import loaded
    from engine.training.doubts import doubts
    from engine.training.events import Event, Progress

    bar = st.progress(0.0, text="Loading the model")

    def report(event: Event) -> None:
        if isinstance(event, Progress):
            bar.progress(min(1.0, event.done / max(event.total, 1)), text=phase(event))

    model = loaded(place.chosen_model).trainable(place.task)
    found = doubts(model, place.task, place.chosen_variant.name, dataset.params(place.chosen_variant), report=report,
                   threads=preferences.training_threads())
    _found[key] = found
    while len(_found) > REMEMBERED:
        _found.pop(next(iter(_found)))


def _decided(place: Place, dataset: "Dataset", found: "list[Doubt]") -> "list[Fix]":
    """The table, and the fixes that the reader asked for."""
    frame, label = dataset.frame(), dataset.mapping[place.chosen_variant.columns[-1].key]
    shown = found[:SHOWN]
    st.markdown(f"**{words.plural(len(found), 'label')} {'looks' if len(found) == 1 else 'look'} wrong** "
                f":small[:gray[{'the surest first' if len(found) == len(shown) else f'the {SHOWN} surest first'}]]")
    table = _table(place, dataset, frame, shown)
    column = st.column_config
    edited = st.data_editor(
        table, key=f"wizard_doubts_{dataset.id}", hide_index=True, disabled=[name for name in table.columns if name != "Decision"],
        row_height=data_view.PICTURE + 8 if "" in table else 35, alt="Rows whose label looks wrong", column_config={
            "": column.ImageColumn("", width=data_view.PICTURE + 24), "Row": column.NumberColumn(format="%d", width=56),
            "Label": column.TextColumn(width=90), "Looks like": column.TextColumn(width=90),
            "Sure": column.ProgressColumn(format="%.0f%%", min_value=0, max_value=100, width=84, color=charts.OURS),
            "Decision": column.SelectboxColumn(options=[KEEP, TAKE, DROP], required=True, width=130)})
    with st.container(horizontal=True):
        apply = st.button("Do as decided", key="wizard_doubts_apply", type="primary", disabled=bool((edited["Decision"] == KEEP).all()))
        take = st.button(f"Take all {len(shown)} likelier labels", key="wizard_doubts_take")
        drop = st.button(f"Drop all {words.plural(len(shown), 'row')}", key="wizard_doubts_drop")
    decisions = list(edited["Decision"]) if apply else [TAKE if take else DROP] * len(shown) if take or drop else []
    return _fixes(label, [(int(frame.index[doubt.row]), doubt.likelier, decision)
                          for doubt, decision in zip(shown, decisions, strict=False)])


def _table(place: Place, dataset: "Dataset", frame: pd.DataFrame, shown: "list[Doubt]") -> pd.DataFrame:
    """One line a doubt: its picture where there is one, what was given, and what it looks like."""
    given = place.chosen_variant.columns[0]
    cells = [str(frame[dataset.mapping[given.key]].iloc[doubt.row]) for doubt in shown]
    columns: dict[str, Any] = {}
    if given.kind == "image":
        columns[""] = resources.thumbnails(dataset.id, tuple(cells), data_view.PICTURE)
    columns |= {"Label": [doubt.label for doubt in shown], "Looks like": [doubt.likelier for doubt in shown],
                "Sure": [100 * doubt.probability for doubt in shown], "Decision": [KEEP] * len(shown),
                "Row": [int(frame.index[doubt.row]) for doubt in shown], given.label: cells}
    return pd.DataFrame(columns)


def _fixes(label: str, decided: list[tuple[int, str, str]]) -> "list[Fix]":
    taken = [(row, likelier) for row, likelier, decision in decided if decision == TAKE]
    dropped = [row for row, _, decision in decided if decision == DROP]
    fixes = []
    if taken:
        fixes.append(data.Fix("relabel", f"Correct {words.plural(len(taken), 'label')}",
                              {"column": label, "rows": [row for row, _ in taken], "labels": [likelier for _, likelier in taken]}))
    if dropped:
        fixes.append(data.Fix("drop_rows", f"Drop {words.plural(len(dropped), 'row')}", {"rows": dropped}))
    return fixes
