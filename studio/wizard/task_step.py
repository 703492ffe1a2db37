"""Step 1: what shall be learnt? One card for each task."""

import streamlit as st

from engine.tasks import TASKS, Task
from studio.wizard import place as places
from studio.wizard.place import Place


def said(place: Place) -> str:
    return f"{place.task_class.title}, {place.task_class.term}"


def draw(place: Place) -> None:
    st.markdown("What shall the model do? Choose one, then bring examples of it.")
    with st.grid("auto", min_column_width=230):
        for task in TASKS.values():
            _card(task, place)


def _card(task: type[Task], place: Place) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"{task.icon} **{task.title}** :small[:gray[· {task.term}]]")
        st.caption(task.sentence)
        st.space("stretch")
        if st.button("Choose", key=f"wizard_task_{task.page}", type="primary" if place.task in ("", task.name) else "secondary"):
            same = task.name == place.task
            kept = place if same else Place()
            places.go(kept, step="data", task=task.name)
