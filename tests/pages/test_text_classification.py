"""The page "Sort texts": one text, and a whole file, with the embedded model."""

import json
import time
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from studio import file_job

ROOT = Path(__file__).resolve().parents[2]
FILE = "id,text\n1,my parcel never came\n2,\n3,I want my money back\n4,=the package is late\n"


def open_page(**query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "studio" / "app.py"), default_timeout=120).run()
    at.switch_page(str(ROOT / "pages" / "text_classification.py"))
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def open_file(content: str = FILE, name: str = "mail.csv") -> AppTest:
    at = open_page()
    at.session_state["text_classification_tabs"] = "A whole file"
    at.run()
    at.file_uploader[0].upload(name, content.encode())
    return at.run()


def with_labels(at: AppTest) -> AppTest:
    at.multiselect(key="file_text_classification_option_labels").set_value(["delivery", "refund"])
    return at.run()


def run_job(at: AppTest) -> AppTest:
    at.button(key="file_text_classification_start").click().run()
    identity = at.query_params["job"]
    end = time.monotonic() + 120
    while file_job.get(identity).active and time.monotonic() < end:
        time.sleep(0.1)
    return at.run()


def said(at: AppTest) -> str:
    return "\n".join([*(item.value for item in at.markdown), *(item.value for item in at.caption)])


def errors(at: AppTest) -> list[str]:
    return [f"{box.proto.title} {box.value}" for box in at.error]


def test_the_page_shows_what_it_does_and_where_the_answer_will_stand():
    at = open_page()
    assert not at.exception and not at.error
    assert "The answer will stand here" in said(at)
    assert at.button(key="ask_text_classification").label == "Answer"


def test_an_example_fills_the_fields_and_is_answered_in_one_click():
    at = open_page()
    at.button(key="ask_text_classification_example_1").click().run()
    assert errors(at) == [] and not at.exception
    assert at.text_area(key="ask_text_classification_text").value.startswith("I am mad")
    shown = "\n".join(block.value for block in at.code)
    assert shown.index("product issue") < shown.index("nature")
    assert "TextClassification()(" in shown and "from engine import TextClassification" in shown


def test_a_missing_text_and_missing_labels_are_said_in_words():
    at = open_page()
    at.button(key="ask_text_classification").click().run()
    assert len(errors(at)) == 1 and "Text is missing" in errors(at)[0]
    at.text_area(key="ask_text_classification_text").set_value("hello").run()
    at.button(key="ask_text_classification").click().run()
    assert len(errors(at)) == 1 and "label" in errors(at)[0].lower()


def test_an_older_answer_is_marked_when_the_text_has_changed():
    at = open_page()
    at.button(key="ask_text_classification_example_1").click().run()
    at.text_area(key="ask_text_classification_text").set_value("something else").run()
    assert "asked before" in said(at)


def test_the_column_is_guessed_and_the_rows_are_shown():
    at = open_file()
    assert at.selectbox(key="file_text_classification_column_text").value == "text"
    assert "4 rows" in said(at) and not at.error


def test_a_whole_file_comes_back_with_its_answers_and_a_row_that_failed_says_why():
    at = run_job(with_labels(open_file()))
    assert errors(at) == [] and not at.exception
    table = at.dataframe[0].value
    assert list(table["label"][[0, 2, 3]]) == ["delivery", "refund", "delivery"]
    assert table["error"][1] == "Text is missing." and pd.isna(table["label"][1])
    assert "1 row without an answer" in at.progress[0].text


def test_the_downloads_hold_every_row_and_no_live_formula():
    at = run_job(with_labels(open_file()))
    content = at.download_button(key="file_text_classification_csv").proto
    assert content.label == "Download CSV"
    from studio import download_job

    back = pd.read_csv(download_job.build(file_job.get(at.query_params["job"]), "csv"), encoding="utf-8-sig")
    assert len(back) == 4 and back["text"][3].startswith("'=")


def test_a_large_download_is_prepared_with_its_progress_and_then_streamed_from_disk(monkeypatch: pytest.MonkeyPatch):
    from studio import download_job

    monkeypatch.setattr(download_job, "is_quick", lambda job, kind: False)
    at = run_job(with_labels(open_file()))
    assert at.button(key="file_text_classification_csv").label == "Prepare CSV"
    at.button(key="file_text_classification_csv").click().run()
    job = file_job.get(at.query_params["job"])
    end = time.monotonic() + 60
    while not download_job.ready(job, "csv"):
        assert time.monotonic() < end
        time.sleep(0.05)
    at.run()
    links = [element.proto for element in at.get("link_button")]
    assert errors(at) == [] and links[0].label.startswith("Download CSV (") and links[0].url.startswith("/download/")


def test_a_reload_shows_the_same_job():
    at = run_job(with_labels(open_file()))
    again = open_page(job=at.query_params["job"])
    assert list(again.dataframe[0].value["label"]) == list(at.dataframe[0].value["label"])


def test_three_rows_can_be_tried_before_the_file_is_run():
    at = with_labels(open_file())
    at.button(key="file_text_classification_try").click().run()
    assert errors(at) == [] and len(at.dataframe[0].value) == 3


def test_a_file_without_labels_to_sort_into_is_asked_for_them():
    at = open_file()
    at.button(key="file_text_classification_start").click().run()
    assert len(errors(at)) == 1 and "labels" in errors(at)[0]


def test_earlier_files_are_listed_and_can_be_deleted():
    at = run_job(with_labels(open_file()))
    identity = at.query_params["job"]
    at.button(key="file_text_classification_other").click().run()
    at.button(key=f"file_text_classification_job_{identity}").click().run()
    assert at.query_params["job"] == identity
    at.button(key="file_text_classification_delete").click().run()
    assert file_job.jobs("text-classification") == []


def test_an_address_with_a_job_that_is_gone_says_so():
    at = open_page(job="20200101-000000-abc")
    assert not at.exception and len(errors(at)) == 1 and "no file job" in errors(at)[0]


def test_json_lines_come_back_as_json_lines_with_their_own_values():
    lines = '{"id": 7, "text": "please pay me back"}\n\n{"id": 8, "text": "where is my parcel"}\n'
    at = run_job(with_labels(open_file(lines, "mail.jsonl")))
    assert errors(at) == [] and at.download_button(key="file_text_classification_jsonl").proto.label == "Download JSON lines"
    from studio import download_job

    job = file_job.get(at.query_params["job"])
    back = [json.loads(line) for line in download_job.build(job, "jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["label"]) for row in back] == [(7, "refund"), (8, "delivery")]
