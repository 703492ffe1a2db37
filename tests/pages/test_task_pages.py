"""Every task's page: an example is answered in one click, and a file in the background, with the models that ship."""

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.tasks import TASKS, Task
from studio import file_job

ROOT = Path(__file__).resolve().parents[2]
EVERY_TASK = [pytest.param(task, id=name) for name, task in TASKS.items()]


def opened(task: type[Task], **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "studio" / "app.py"), default_timeout=240).run()
    app.switch_page(str(ROOT / "pages" / f"{task.page}.py"))
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def trouble(app: AppTest) -> list[str]:
    return [*(str(error.value) for error in app.exception), *(f"{box.proto.title} {box.value}" for box in app.error)]


def texts(app: AppTest) -> str:
    return "\n".join([*(item.value for item in app.markdown), *(item.value for item in app.caption), *(item.value for item in app.code)])


def answered(app: AppTest, task: type[Task]) -> AppTest:
    """After whatever the model needs to be fetched first."""
    end = time.monotonic() + 240
    while f"ask_{task.page}_developers" not in str(app.main) and "For developers" not in [item.label for item in app.expander]:
        assert trouble(app) == [] and time.monotonic() < end
        time.sleep(0.5)
        app.run()
    return app


def file_of(task: type[Task]) -> tuple[str, bytes]:
    """The task's own examples as a file: JSON lines, or a zip of images with their texts."""
    columns = [field.name for field in task.inputs]
    rows = [{name: example[name] for name in columns if name in example} for example in task.examples]
    if "image" not in columns:
        return "rows.jsonl", "".join(json.dumps(row) + "\n" for row in [*rows, {columns[0]: None, **dict.fromkeys(columns[1:])}]).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for row in rows:
            archive.writestr(Path(row["image"]).name, Path(row["image"]).read_bytes())
        archive.writestr("broken.png", b"\x89PNG\r\n\x1a\nnot really")
        if len(columns) > 1:
            lines = [f'{Path(row["image"]).name},{row["text"]}' for row in rows]
            archive.writestr("rows.csv", "\n".join(["image,text", *lines, "broken.png,nothing"]))
    return "rows.zip", file.getvalue()


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("task", EVERY_TASK)
def test_an_example_is_answered_in_one_click(task: type[Task]) -> None:
    app = opened(task)
    assert trouble(app) == [] and "The answer will stand here" in texts(app)
    if any(field.name == "max_length" for field in task.options):
        app.number_input(key=f"ask_{task.page}_max_length").set_value(4)
    app.button(key=f"ask_{task.page}_example_1").click().run()
    answered(app, task)
    assert trouble(app) == []
    assert f"from engine import {task.__name__}" in texts(app) and task.default_model in texts(app)


@pytest.mark.usefixtures("embedded")
def test_a_second_model_says_what_it_thinks_of_the_same_text() -> None:
    task = TASKS["summarisation"]
    app = opened(task)
    app.button(key=f"ask_{task.page}_example_2").click().run()
    assert "These are sentences of the text itself" in texts(app) and "Written anew by the model" not in texts(app)
    app.button(key=f"ask_{task.page}_second_smollm2-135m").click().run()
    end = time.monotonic() + 240
    while "Written anew by the model" not in texts(app):
        assert trouble(app) == [] and time.monotonic() < end
        time.sleep(0.5)
        app.run()
    assert trouble(app) == [] and "These are sentences of the text itself" in texts(app)


@pytest.mark.parametrize("task", EVERY_TASK)
def test_asking_nothing_is_said_in_words(task: type[Task]) -> None:
    app = opened(task)
    app.button(key=f"ask_{task.page}").click().run()
    assert not app.exception and len(app.error) == 1 and "missing" in f"{app.error[0].proto.title} {app.error[0].value}"


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("task", EVERY_TASK)
def test_a_whole_file_is_answered_and_a_row_that_fails_says_why(task: type[Task]) -> None:
    from engine import data

    name, content = file_of(task)
    dataset = data.Dataset.of(data.store(content, name))
    dataset.save()
    app = opened(task, file=dataset.id)
    assert trouble(app) == []
    options: dict[str, Any] = {"labels": ["clock", "music"]} if any(field.kind == "labels" for field in task.options) else {}
    for field in task.options:
        if field.name == "max_length":
            app.number_input(key=f"file_{task.page}_option_max_length").set_value(4).run()
        if field.kind == "labels":
            app.multiselect(key=f"file_{task.page}_option_labels").set_value(options["labels"]).run()
    app.button(key=f"file_{task.page}_start").click().run()
    identity = app.query_params["job"]
    end = time.monotonic() + 240
    while file_job.get(identity).active and time.monotonic() < end:
        time.sleep(0.1)
    job = file_job.get(identity)
    assert (job.state, job.done, job.failed) == ("finished", 4, 1), job.error
    app.run()
    assert trouble(app) == []
    found = list(file_job.answered(identity))
    assert [bool(item.error) for item in found].count(True) == 1
    if "image" in job.columns:
        pictures = list(app.dataframe[0].value["picture"])
        assert [str(one).startswith("data:image/jpeg;base64,") for one in pictures] == [item.error is None for item in found]
        assert [item.error for item in found if item.error][0].startswith("'broken.png' is")  # by its own name, not by where it lies


def kept(content: bytes, name: str) -> Any:
    from engine import data

    return data.Dataset.of(data.store(content, name)).save()


def test_a_file_says_how_it_was_read_and_can_be_read_in_another_way() -> None:
    task = TASKS["text-classification"]
    app = opened(task, file=kept(b"great\nbad\nok\nfine\n", "short.txt").id)
    assert "3 rows · 1 column · header in row 1" in texts(app)
    header = next(box for box in app.selectbox if box.label == "Header")
    header.select("there is none").run()
    assert trouble(app) == [] and "4 rows · 1 column · no header row" in texts(app)
    assert [button.label for button in app.button if button.label.startswith("Answer ")] == ["Answer 4 rows"]


def test_one_column_for_two_inputs_is_tried_without_trouble() -> None:
    task = TASKS["qa"]
    app = opened(task, file=kept(b"text\nWhere is Ann? Ann is in Graz.\n", "one.csv").id, model="minilm-qa")
    for name in ("question", "context"):
        app.selectbox(key=f"file_qa_column_{name}").select("text")
    app.run()
    app.button(key="file_qa_try").click().run()
    assert trouble(app) == [] and "The first three rows with their answers" in texts(app)


@pytest.mark.usefixtures("embedded")
def test_a_text_that_is_refused_leaves_no_answer_behind() -> None:
    task = TASKS["text-generation"]
    app = opened(task)
    app.text_area(key="ask_text_generation_text").set_value("Hello")
    app.number_input(key="ask_text_generation_min_length").set_value(90).run()
    app.button(key="ask_text_generation").click().run()
    assert len(trouble(app)) == 1 and "min_length" in trouble(app)[0]
    app.number_input(key="ask_text_generation_min_length").set_value(0).run()
    assert trouble(app) == [] and "The answer will stand here" in texts(app)


def test_a_second_model_is_asked_with_zeros_too() -> None:
    from studio import second_opinion
    from studio.exchange import Exchange

    first = Exchange("another", [{"text": "Hello"}], {"top_k": 0, "length_penalty": 0.0, "temperature": None}, ["Hi"], 0.1)
    asked = second_opinion.options_of(TASKS["text-generation"], first, "smollm2-135m")
    assert (asked["top_k"], asked["length_penalty"]) == (0, 0.0) and asked["temperature"] == 1.0


def test_an_examples_image_does_not_come_back_once_another_was_uploaded() -> None:
    task = TASKS["image-vectorisation"]
    app = opened(task)
    app.button(key=f"ask_{task.page}_example_1").click().run()
    before = len(app.session_state["studio"].answers[task.name].rows)
    app.file_uploader[0].upload("mine.png", Path(task.examples[0]["image"]).read_bytes()).run()
    assert before == len(task.examples) and app.session_state[f"ask_{task.page}_image_given"] is None
    assert trouble(app) == []


def test_what_can_be_read_in_one_way_only_offers_no_other() -> None:
    task = TASKS["image-vectorisation"]
    name, content = file_of(task)
    app = opened(task, file=kept(content, name).id)
    assert trouble(app) == [] and "A zip of" in texts(app) and "Read it differently" not in [box.label for box in app.expander]
