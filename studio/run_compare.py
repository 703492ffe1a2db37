"""Runs beside each other: their metrics, the settings in which they differ, and their curves in one chart."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine import runs, words
from engine.errors import StudioError
from engine.runs import Run
from studio import charts, errors, navigation, run_actions
from studio.errors import guard
from studio.live_chart import Curve, live_chart
from studio.results_tables import baseline_name, interval_text, metric, plain, value_text
from studio.run_curves import BEFORE, MARKED, Points, metric_curve
from studio.run_settings import differences
from studio.run_words import data_name, look, method_name, metric_name, overall, primary, row_count, took_text

ROLES = ("ours", "training", "validation", "warning", "baseline", "failure")
DASHES = ("solid", "dash", "dot", "dashdot")
MOST = 8  # lines that can still be told apart
TICK = 2.0  # seconds between two looks while one of them is open
GAIN = "Gain"


def draw(identities: Sequence[str]) -> None:
    """The comparison of these runs, in the order given; what stands beside each other looks again by itself while one is open."""
    chosen = _found(identities)
    if len(chosen) < 2:
        errors.show(StudioError("There are not two runs to compare.", "Tick two or more in the list of runs."))
        return
    names = unique_names(chosen)
    still = [run.id for run in chosen if run.is_open]
    st.fragment(_beside, run_every=TICK if still else None)([run.id for run in chosen], names, still)
    _warnings(chosen)
    _curves(chosen, names)
    st.subheader("Settings that differ", anchor=False)
    resolved = all(run.result for run in chosen)  # what a method chose is known at the end; before that, what was asked is compared
    differing = differences({run.id: {**run.settings, **(run.result.settings if resolved and run.result else {})} for run in chosen})
    if differing:
        table = pd.DataFrame.from_dict(differing, orient="index", columns=names)
        st.dataframe(table, key="compare_settings", height="content", alt="Settings in which the compared runs differ")
    else:
        st.caption("All settings are the same.")
    with st.container(horizontal=True):
        for run, name in zip(chosen, names, strict=True):
            navigation.link("runs", name, icon=look(run.state).icon, run=run.id)


def _beside(identities: Sequence[str], names: Sequence[str], still: Sequence[str]) -> None:
    """How good each became and what that took, as bars and as a table; a button that stops what is still to come."""
    with guard():
        chosen = [runs.get(identity) for identity in identities]
        waiting = [run.id for run in chosen if run.is_open]
        if waiting != list(still):
            st.rerun()
        _rungs(chosen, names)
        if waiting:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button("That is enough", key="compare_enough", icon=":material/stop_circle:", on_click=run_actions.stop, args=(waiting,),
                          help="The one that trains ends with its best weights so far, those that wait are not started.")
                st.caption(f"{words.plural(len(waiting), 'run')} still to come. {_now(chosen)}")
        column = st.column_config
        shares = {metric(metric_name(run)).label for run in chosen if metric(metric_name(run)).share}
        st.dataframe(metrics_table(chosen, names), key="compare_metrics", hide_index=True, alt="Metrics of the compared runs",
                     placeholder="–", column_config={
                         "Run": column.TextColumn(pinned=True), "Rows": column.NumberColumn(format="localized"),
                         GAIN: column.NumberColumn(format="%+.1f" if shares else "%+.4f", help="Against the model before training"
                                                   + (", in points of a hundred." if shares else ".")),
                         **{name: column.NumberColumn(format="%.1f%%") for name in shares}})


def _now(chosen: Sequence[Run]) -> str:
    """What trains just now, and how far it is."""
    run = next((run for run in chosen if run.is_open and run.progress), None)
    share = overall(run.progress) if run else None
    return f"{plain(run.name)}: {words.percent(share)} done." if run and share is not None else ""


def _rungs(chosen: Sequence[Run], names: Sequence[str]) -> None:
    """Bars: the model before training, then each run with its interval and what it took. Only of shares, which have one scale."""
    name = metric_name(chosen[0])
    measured = [(run, label) for run, label in zip(chosen, names, strict=True)
                if run.result and run.result.evaluation and run.result.evaluation.metric == name]
    if not metric(name).share or not measured:
        return
    before = next((found for run, _ in measured if (found := _before(run)) is not None), None)
    first = [("Before training", before, None, charts.BASELINE)] if before is not None else []
    bars = [*first, *((f"{charts.shorten(label, 24)} · {took_text(run)}", run.result.evaluation.value, run.result.evaluation.interval,
                       charts.OURS) for run, label in measured if run.result and run.result.evaluation)]
    labels, values, intervals, colours = zip(*bars, strict=True)
    st.markdown(f"**{metric(name).label}, and what it took**")
    charts.bars(labels, values, key="compare_rungs", intervals=intervals, colours=colours,
                alt="; ".join(f"{label}: {words.percent(value)}" for label, value in zip(labels, values, strict=True)) + ".")


def _before(run: Run) -> float | None:
    """The metric of the model as it was, on the same rows."""
    evaluation = run.result.evaluation if run.result else None
    return evaluation.baselines.get("zero-shot") if evaluation else None


def _found(identities: Sequence[str]) -> list[Run]:
    """The runs that are still there; the others are named."""
    chosen = []
    for identity in dict.fromkeys(identities[:MOST]):
        try:
            chosen.append(runs.get(identity))
        except StudioError as error:
            errors.show(error)
    if len(identities) > MOST:
        st.caption(f"The first {MOST} of {len(identities)} runs; more lines could not be told apart.")
    return chosen


def unique_names(chosen: Sequence[Run]) -> list[str]:
    """Each run's name, with its method where names repeat and methods differ, and with a number where that does not help."""
    names = [run.name for run in chosen]
    if len(set(names)) < len(names):
        same = len({run.method for run in chosen}) == 1
        names = names if same else [f"{run.name} ({method_name(run.method).lower()})" for run in chosen]
    return [name if names.count(name) == 1 else f"{name} {names[:place + 1].count(name)}" for place, name in enumerate(names)]


def metrics_table(chosen: Sequence[Run], names: Sequence[str]) -> pd.DataFrame:
    """One row a run: the primary metric (in percent where it is a share) with its interval, the baselines, what it cost."""
    rows = []
    for run, name in zip(chosen, names, strict=True):
        evaluation = run.result.evaluation if run.result else None
        found, kind = primary(run), metric(metric_name(run))
        row = {"Run": name, kind.label: found[1] * (100 if kind.share else 1) if found else None,
               "95% interval": interval_text(evaluation) if evaluation else None}
        for key, value in (evaluation.baselines if evaluation else {}).items():
            row[BEFORE.get(key) or baseline_name(key)] = value_text(evaluation.metric, value) if evaluation else None
        before = _before(run)
        row[GAIN] = None if found is None or before is None else (found[1] - before) * (100 if kind.share else 1)
        rows.append({**row, "Took": took_text(run), "Method": method_name(run.method), "Model": run.model, "Rows": row_count(run),
                     "Data": data_name(run), "State": look(run.state).word})
    last = (GAIN, "Took", "Method", "Model", "Rows", "Data", "State")
    table = pd.DataFrame(rows)
    return table[[name for name in table.columns if name not in last] + list(last)]


def _warnings(chosen: Sequence[Run]) -> None:
    """What makes the comparison unfair."""
    if len({run.data.get("fingerprint") for run in chosen}) > 1:
        st.caption(":material/warning: Not the same rows: the metrics were measured on different validation rows.")
    elif len({(str(run.settings.get("seed")), str(run.settings.get("validation_split"))) for run in chosen}) > 1:
        st.caption(":material/warning: The same rows, but parted differently: the metrics were measured on different validation rows.")


def _curves(chosen: Sequence[Run], names: Sequence[str]) -> None:
    found = [runs.curves(run.id) for run in chosen]
    primary = metric_name(chosen[0])
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Validation loss** :gray[– lower is better]")
        live_chart(lines([curves.get("val_loss", ()) for curves in found], names), key="compare_loss_chart", x_title="Step",
                   alt="Validation loss of the compared runs", height=340, waiting="None of these runs measured it.")
    with right:
        st.markdown(f"**{metric(primary).label}** :gray[– on the validation rows]")
        live_chart(lines([metric_curve(curves, primary) for curves in found], names), key="compare_metric_chart", x_title="Step",
                   alt=f"{metric(primary).label} of the compared runs", height=340, y_format=".0%" if metric(primary).share else "",
                   waiting="None of these runs measured it.")


def lines(curves: Sequence[Points], names: Sequence[str]) -> list[Curve]:
    """A line for each run: colour and dash tell them apart, so that colour alone need not."""
    return [Curve(charts.shorten(name, 40), points, role=ROLES[place % len(ROLES)], dash=DASHES[place % len(DASHES)],
                  markers=len(points) <= MARKED)
            for place, (points, name) in enumerate(zip(curves, names, strict=True)) if points]
