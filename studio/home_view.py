"""Home's parts: what can be done here, the sample to try, the latest runs and models."""

import streamlit as st

from engine import hub, runs, words
from engine.tasks import TASKS, Task
from studio import navigation
from studio.charts import shorten
from studio.hub_words import metric_text
from studio.results_tables import plain
from studio.run_words import look, primary_text, when

LATEST = 5
QUICK = "probabilities"  # the kind of answer that is taught in seconds: a newcomer begins with it
NAME = 16  # letters of a name that have room beside the facts


def doors() -> None:
    """Ask, with every task; below it train and keep."""
    with st.container(border=True):
        st.subheader("Ask", anchor=False)
        st.markdown("A ready-made model answers at once, for one item or for a whole file.")
        for group in dict.fromkeys(task.group for task in TASKS.values()):
            st.caption(group)
            with st.grid("auto", min_column_width=230, gap="small"):
                for task in TASKS.values():
                    if task.group == group:
                        navigation.link(task.page, task.title, icon=task.icon, help=task.sentence)
    train, keep, see = st.columns(3)
    with train.container(border=True, height="stretch"):
        st.subheader("Train", anchor=False)
        st.markdown("Teach a model by your own examples, from a table or images. On this machine.")
        navigation.link("finetune", "Finetune on your data", icon=":material/school:")
    with keep.container(border=True, height="stretch"):
        st.subheader("Keep", anchor=False)
        st.markdown("Models that you save stay here. Use them on every page, or download them to use elsewhere.")
        navigation.link("hub", "Open the hub", icon=":material/inventory_2:")
    with see.container(border=True, height="stretch"):
        st.subheader("See", anchor=False)
        st.markdown("A map of your texts or images, what is like what, what comes twice, and what stands apart.")
        navigation.link("compare", "Compare", icon=":material/scatter_plot:")


def samples() -> None:
    """One click from here to a finetune that can be started; the wizard has a sample for each task."""
    task = next(task for task in TASKS.values() if task.sample and task.answer_kind == QUICK)
    if navigation.exists("finetune"):
        _sample(task)


def _sample(task: type[Task]) -> None:
    assert task.sample is not None
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container():
            st.markdown(f"**New here? Try it on a real sample: {task.title.lower()}**")
            st.caption(f"{task.sample.sentence} {task.sample.licence}.")
        if st.button("Try the sample", type="primary", icon=":material/play_arrow:", key=f"sample_{task.page}", width="content"):
            from studio.wizard import sample

            navigation.go("finetune", **sample.prepare(task))


def latest_runs() -> None:
    """The newest runs with state, metric and age."""
    st.subheader("Latest runs", anchor=False)
    found = runs.list(limit=LATEST)
    if not found:
        st.caption("Every training that you start is listed here, with its curves and results.")
        return
    for run in found:
        shown = look(run.state)
        name, metric, state, age = st.columns([4.4, 1.4, 2.6, 2.4], vertical_alignment="center", gap="small")
        with name:
            navigation.link("runs", plain(shorten(run.name, NAME)), help=plain(run.name), run=run.id)
        metric.caption(primary_text(run))
        state.badge(shown.word, icon=shown.icon, color=shown.colour)
        age.caption(when(run.created))
    navigation.link("runs", "All runs", icon=":material/arrow_forward:")


def latest_models() -> None:
    """The newest models with what they do, their metric and age."""
    st.subheader("Latest models", anchor=False)
    found = hub.list()[:LATEST]
    if not found:
        st.caption("Models that you save from a run are listed here.")
        return
    for card in found:
        name, metric, age = st.columns([4.4, 3.2, 2.6], vertical_alignment="center", gap="small")
        with name:
            navigation.link("hub", plain(shorten(card.name, NAME)), help=plain(card.name), model=card.name)
        metric.caption(metric_text(card) or words.size(card.size_bytes))
        age.caption(when(card.created))
    navigation.link("hub", "All models", icon=":material/arrow_forward:")
