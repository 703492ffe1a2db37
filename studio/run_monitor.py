"""The top of a run's page: state in words, the metric, progress or what to do next, and the curves. Looks again by itself."""

import streamlit as st

from engine import runs, words
from engine.errors import StudioError
from engine.runs import Run
from studio import errors, resources, results_view, run_actions
from studio.errors import guard
from studio.live_chart import live_chart
from studio.results_tables import metric, plain, value_text
from studio.run_curves import CurveFeed, best_epoch_step, best_mark, best_point, loss_lines, metric_curve, metric_lines
from studio.run_words import greater_is_better, look, metric_name, overall, phase, took_text
from studio.state import state

TICK = 1.0  # seconds between two looks while the run is open
Curves = dict[str, list[tuple[int, float]]]


def draw(run: Run) -> None:
    """Draw it, again each second while the run is open. Its end reruns the whole page once, which also ends the looking."""
    st.fragment(_look_again, run_every=TICK if run.is_open else None)(run.id, run.state)


def _look_again(run_id: str, state_before: str) -> None:
    resources.settle()
    with guard():
        run = runs.get(run_id)
        if run.state != state_before:
            st.rerun()
        curves = _feed(run_id).update()
        with st.container():  # one place, whatever it holds: the charts below must keep theirs, or the reader's zoom is lost
            _state_line(run)
        left, right = st.columns([5, 4], gap="large")
        with left:
            _metric(run, curves)
        with right:
            _progress(run) if run.is_open else run_actions.next_steps(run)
        _curves(run, curves)


def _feed(run_id: str) -> CurveFeed:
    """What this tab has read so far; one run at a time is remembered."""
    feeds = state().curves
    if run_id not in feeds:
        feeds.clear()
        feeds[run_id] = CurveFeed(run_id)
    return feeds[run_id]


def _state_line(run: Run) -> None:
    """The state with its icon, what it means for the reader, and what can be done."""
    shown = look(run.state)
    with st.container(horizontal=True, vertical_alignment="center", key="run_state"):
        st.badge(shown.word, icon=shown.icon, color=shown.colour)
        st.markdown(_state_words(run), width="stretch")
        run_actions.toolbar(run)
    if run.state == "failed" and run.error:
        errors.show(StudioError(run.error["message"], run.error.get("hint", "")))
        _details(run)
    elif run.state in ("stopped", "interrupted") and run.note:
        st.warning(plain(run.note), icon=shown.icon)


def _state_words(run: Run) -> str:
    now = run.progress
    if run.state == "queued":
        place = runs.place_in_queue(run.id)
        return "Next: starts when the run before it has ended" if place in (None, 1) else f"Place {place} in the queue"
    if run.state == "stopping":
        return "Ends after the batch it is at; the best weights so far are kept"
    if run.state == "running":
        if now is None:
            return "the libraries are being loaded"
        said = f"epoch {now.epoch} of {now.epochs}" if now.epoch and now.epochs else plain(phase(now))
        return f"{said} · about {words.duration(now.eta)} left" if now.eta is not None else said
    best = f" · best after epoch {run.result.best_epoch}" if run.result and run.result.best_epoch else ""
    return f"took {took_text(run)}{best}" if run.started else ""


def _details(run: Run) -> None:
    with st.expander("Details for a colleague"):
        lines = [stored.event.text for stored in runs.events(run.id, kind="log")][-20:]
        st.code("\n".join([f"run {run.id}, task {run.task}, method {run.method}", *lines]), language=None, wrap_lines=True)


def _metric(run: Run, curves: Curves) -> None:
    """The metric with its baselines once measured; the best so far until then."""
    if run.result and run.result.evaluation:
        results_view.headline(run.result.evaluation, key="run")
        return
    name = metric_name(run)
    best = best_point(metric_curve(curves, name), greater_is_better(run))
    said = "so far" if run.is_open else "when it ended"
    meant = metric(name)
    st.metric(f"{meant.label} on the validation rows, best {said}", value_text(name, best[1]) if best else "–", help=meant.help or None)
    if run.is_open:
        st.caption("Measured after each epoch. At the end it is compared with the model before training, on the same rows.")
    elif run.result:
        st.caption("There were no validation rows to measure it on.")


def _progress(run: Run) -> None:
    """Epochs, rows of this epoch, speed, time left."""
    now, share = run.progress, overall(run.progress)
    if now and share is not None:
        st.progress(share, text=f"Epoch {now.epoch} of {now.epochs}")
    else:
        st.progress(0.0, text="Waiting" if run.state == "queued" else "Epochs begin when the preparation is done")
    if now and now.total > 1:
        rows = f"{words.number(now.done)} of {words.plural(now.total, 'row')}"
        st.progress(min(1.0, now.done / now.total), text=f"{plain(phase(now))}: {rows}")
    else:
        st.progress(0.0, text=plain(phase(now)) if now else "Not started")
    facts = [f"{words.number(now.rows_per_second)} rows per second"] if now and now.rows_per_second else []
    facts += [f"about {words.duration(now.eta)} left"] if now and now.eta is not None else []
    facts += [f"{took_text(run)} so far"] if run.started else []
    st.caption(" · ".join(facts) or _expected(run))


def _expected(run: Run) -> str:
    seconds = (run.estimate or {}).get("seconds")
    return f"About {words.duration(seconds)} once it starts" if seconds else "How long it takes is known after the first steps"


def _curves(run: Run, curves: Curves) -> None:
    if not curves and not run.is_open:
        return
    result = run.result
    best = best_epoch_step(curves, result.best_epoch if result else None)
    name = metric_name(run)
    marks = best_mark(best, final=not run.is_open)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Loss** :gray[– how wrong it is; lower is better]")
        live_chart(loss_lines(curves), key="run_loss_chart", alt=_loss_words(curves), x_title="Step", marks=marks,
                   waiting=_waiting(run))
    with right:
        better = "higher" if greater_is_better(run) else "lower"
        st.markdown(f"**{metric(name).label}** :gray[– on the validation rows; {better} is better]")
        baselines = result.evaluation.baselines if result and result.evaluation else None
        live_chart(metric_lines(curves, name, baselines), key="run_metric_chart", alt=_metric_words(curves, name), x_title="Step",
                   marks=marks, y_format=".0%" if metric(name).share else "",
                   waiting="Measured after each epoch." if run.is_open else "Nothing was measured.")


def _waiting(run: Run) -> str:
    return "The curve begins with the first step." if run.is_open else "It ended before the first step."


def _loss_words(curves: Curves) -> str:
    """The chart for those who cannot see it."""
    said = [f"{label} loss went from {line[0][1]:.3g} to {line[-1][1]:.3g} by step {line[-1][0]:,}"
            for label, line in (("Training", curves.get("train_loss")), ("Validation", curves.get("val_loss"))) if line]
    return "; ".join(said) or "Loss: no points yet"


def _metric_words(curves: Curves, name: str) -> str:
    line = metric_curve(curves, name)
    if not line:
        return f"{metric(name).label}: no points yet"
    return f"{metric(name).label} went from {value_text(name, line[0][1])} to {value_text(name, line[-1][1])} by step {line[-1][0]:,}"
