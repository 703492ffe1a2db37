"""The finetune wizard: five steps on one page, with a card beside them that always says what will happen."""

import streamlit as st

from studio import frame
from studio.wizard import check_step, data_step, method_step, place, summary, task_step, train_step
from studio.wizard.step import Step
from studio.wizard.step import show as show_step

ORDER = (
    Step("task", "Task", task_step.said, task_step.draw),
    Step("data", "Data", data_step.said, data_step.draw),
    Step("check", "Check", check_step.said, check_step.draw),
    Step("method", "Model and method", method_step.said, method_step.draw),
    Step("train", "Train", train_step.said, train_step.draw),
)


def show() -> None:
    """The page."""
    here = place.read()
    place.write(here)
    chip = frame.heading("Finetune",
                         "Teach a model what your own examples show: bring a table or images, look at what is in it, and start.")
    if here.task:
        chip.button("Start over", key="wizard_over", type="tertiary", icon=":material/restart_alt:", on_click=place.write,
                    args=(place.Place(),))
    left, right = st.columns([7, 3], gap="medium")
    with left:
        for step in ORDER:
            show_step(step, here)
    with right:
        summary.show(here)
