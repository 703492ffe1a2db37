"""The runs page: the list, one run in each of its states, several beside each other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine import hub, runs
from tests.runs import tiny
from tests.studio import stored_runs

APP = Path(__file__).resolve().parents[2] / "studio" / "app.py"
RUN, OTHER = "20261122-104211-0001", "20261122-104211-0002"


def opened(tab: str = "", **query: str) -> AppTest:
    """The runs page with this address, and nothing wrong on it."""
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    app.switch_page("../pages/runs.py")
    for name, value in query.items():
        app.query_params[name] = value
    if tab:
        app.session_state["run_tabs"] = tab
    app.run()
    assert [str(error.value) for error in app.exception] == []
    return app


def said(app: AppTest) -> str:
    """All text of the page, without Markdown's escapes."""
    parts = [*app.title, *app.markdown, *app.caption, *app.error, *app.warning, *app.metric, *app.code, *app.subheader]
    badges = [node.proto.body for node in app.get("badge")] if app.get("badge") else []
    return " ".join([str(part.value) for part in parts] + [bar.text for bar in app.progress] + badges).replace("\\", "")


@pytest.fixture(autouse=True)
def nothing_trains_afterwards(home: Path) -> Iterator[None]:
    yield
    assert runs.shutdown(timeout=60)


def test_an_empty_list_leads_to_the_wizard() -> None:
    assert opened().button(key="empty_finetune").label == "Finetune a model"


def test_the_list_holds_every_run_and_is_searched() -> None:
    stored_runs.finished(RUN, name="Shop messages")
    stored_runs.begin(stored_runs.enter(OTHER, name="Bank questions"))
    app = opened()
    assert list(app.dataframe[0].value["Run"]) == ["Bank questions", "Shop messages"]
    app.text_input(key="runs_search").set_value("shop").run()
    assert list(app.dataframe[0].value["Run"]) == ["Shop messages"]
    app.text_input(key="runs_search").set_value("nothing like it").run()
    assert "No run matches" in said(app)


def test_a_finished_run_says_whether_training_helped() -> None:
    stored_runs.finished(RUN, name="Shop *messages*")
    app = opened(run=RUN)
    text = said(app)
    assert "Shop *messages*" in app.title[0].value.replace("\\", "")
    assert "80.0%" in text
    assert "95% interval 70.0% to 90.0%" in text
    assert "Training helped: clearly better than the model before training (60.0%)." in text
    assert app.text_input(key="run_save_name").value == "shop-messages"


def test_a_training_run_shows_epochs_rows_speed_and_time_left() -> None:
    with stored_runs.training(RUN):
        text = said(opened(run=RUN))
    assert "Epoch 2 of 4" in text
    assert "Training: 20 of 40 rows" in text
    assert "812 rows per second · about 34 s left" in text
    assert "80.0%" in text, "the best accuracy so far"


def test_the_stop_button_asks_once_and_then_says_so() -> None:
    with stored_runs.training(RUN):
        app = opened(run=RUN)
        app.button(key="run_stop").click().run()
        assert runs.get(RUN).state == "stopping"
        assert app.button(key="run_stop").label == "Stopping"
        assert app.button(key="run_stop").disabled


def test_a_waiting_run_says_its_place() -> None:
    with stored_runs.training(RUN):
        stored_runs.enter(OTHER)
        stored_runs.enter("20261122-104211-0003")
        assert "Place 2 in the queue" in said(opened(run="20261122-104211-0003"))
        runs.stop(OTHER)
        runs.stop("20261122-104211-0003")


def test_a_failed_run_says_what_happened_and_offers_to_repeat_it() -> None:
    from engine.runs import changes

    stored_runs.begin(stored_runs.enter(RUN))
    changes.end(RUN, "failed", error={"message": "The memory did not suffice.", "hint": "Choose the method `head`."})
    app = opened(run=RUN)
    assert app.error[0].proto.title == "The memory did not suffice."
    assert app.error[0].value == "Choose the method `head`."
    assert "a line of the log" in said(app), "details for a colleague"
    assert app.button(key="run_repeat_now")


def test_an_interrupted_run_says_so_and_offers_to_repeat_it() -> None:
    from engine.runs import changes

    stored_runs.begin(stored_runs.enter(RUN))
    changes.end(RUN, "interrupted", note="The program that trained it ended.")
    app = opened(run=RUN)
    assert "The program that trained it ended." in said(app)
    assert app.button(key="run_repeat_now")


def test_the_results_show_the_weakest_class_and_the_most_frequent_confusion() -> None:
    stored_runs.finished(RUN)
    app = opened(run=RUN)
    classes, pairs = (frame.value for frame in app.dataframe[:2])
    assert classes["label"][0] == "refund"
    assert set(zip(pairs["Truth"], pairs["Answer"], strict=True)) == {("delivery", "refund"), ("refund", "delivery")}
    assert app.get("plotly_chart")


def test_mistakes_settings_data_and_log_have_their_tabs() -> None:
    stored_runs.finished(RUN)
    mistakes = opened(":material/close: Mistakes", run=RUN)
    assert list(mistakes.dataframe[0].value["text"]) == ["where is my money", "it never came back"]
    mistakes.selectbox(key="run_truth").select("delivery").run()
    assert list(mistakes.dataframe[0].value["text"]) == ["it never came back"]
    settings = opened(":material/tune: Settings", run=RUN)
    assert "Estimated: about 10 s (8 s to 15 s); the training itself took 12 s, 20% longer." in said(settings)
    data = opened(":material/table: Data", run=RUN)
    assert "0000000000000000" in str(data.table[0].value)
    assert "a line of the log" in said(opened(":material/notes: Log", run=RUN))


def test_a_run_is_renamed_and_deleted_after_asking() -> None:
    stored_runs.finished(RUN)
    app = opened(run=RUN)
    app.text_input(key="run_name").set_value("Another name")
    app.button(key="run_rename_now").click().run()
    assert runs.get(RUN).name == "Another name"
    assert "Another name" in app.title[0].value
    assert "Delete this run?" in said(app)
    app.button(key="run_delete_now").click().run()
    assert runs.list() == []
    assert not app.exception
    assert app.button(key="empty_finetune")


def test_runs_stand_beside_each_other() -> None:
    stored_runs.finished(RUN, name="First")
    stored_runs.finished(OTHER, name="Second", settings={"method": "head", "seed": 7})
    app = opened(compare=f"{RUN},{OTHER}")
    assert list(app.dataframe[0].value["Run"]) == ["First", "Second"]
    assert "parted differently" in said(app)


def test_one_run_is_not_compared() -> None:
    stored_runs.finished(RUN)
    assert opened(compare=RUN).error[0].proto.title == "There are not two runs to compare."


def test_a_real_run_is_watched_tried_saved_and_repeated(tmp_path: Path) -> None:
    encoder = tiny.write_encoder(tmp_path / "tiny")
    run = runs.start("text-classification", tiny.params(), model=encoder, name="Tiny", method="head", epochs=2)
    assert runs.wait(run, timeout=300).state == "finished", runs.get(run).error
    app = opened(run=run)
    assert "on the validation rows" in app.metric[0].label
    app.text_area(key="run_try_text").set_value("my parcel is late")
    app.button(key="run_try").click().run()
    assert app.error.len == 0
    app.text_input(key="run_save_name").set_value("tiny-model")
    app.button(key="run_save").click().run()
    assert [card.name for card in hub.list()] == ["tiny-model"]
    assert "Saved in the hub as **tiny-model**" in said(app)
    app.button(key="run_repeat").click().run()
    assert not app.exception
    again = runs.list()[0]
    assert (again.origin, app.query_params["run"]) == (run, again.id)
    assert runs.wait(again.id, timeout=300).state == "finished"
