"""The wizard, driven as a reader would: from a file to the start button, with bad input on the way."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.training.methods import METHODS

ROOT = Path(__file__).resolve().parents[2]
GOOD = "text,label\n" + "".join(f"please pay me back number {n},refund\nwhere is my parcel number {n},delivery\n" for n in range(15))


def open_page(**query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "studio" / "app.py"), default_timeout=60).run()
    at.switch_page(str(ROOT / "pages" / "finetune.py"))
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def said(at: AppTest) -> str:
    return "\n".join([*(item.value for item in at.markdown), *(item.value for item in at.caption)])


def errors(at: AppTest) -> list[str]:
    return [f"{box.proto.title} {box.value}" for box in at.error]


def choose_task(at: AppTest) -> AppTest:
    return at.button(key="wizard_task_text_classification").click().run()


def upload(at: AppTest, content: str | bytes, name: str = "messages.csv") -> AppTest:
    content = content.encode() if isinstance(content, str) else content
    at.file_uploader[0].upload(name, content)
    return at.run()


def at_data(content: str | bytes, name: str = "messages.csv") -> AppTest:
    return upload(choose_task(open_page()), content, name)


def at_check(content: str | bytes) -> AppTest:
    return at_data(content).button(key="wizard_data_next").click().run()


def test_the_first_step_offers_the_tasks_that_can_be_finetuned():
    at = open_page()
    assert not at.exception and not at.error
    assert at.button(key="wizard_task_text_classification").label == "Choose"
    assert "What will happen" in said(at)


def test_the_whole_way_ends_at_a_button_that_says_what_it_starts():
    at = at_data(GOOD)
    assert errors(at) == []
    assert at.selectbox(key="wizard_column_single_label_texts").value == "text"
    assert at.selectbox(key="wizard_column_single_label_labels").value == "label"
    at.button(key="wizard_data_next").click().run()
    assert "30 rows in 2 classes" in said(at)
    at.button(key="wizard_check_next").click().run()
    assert at.selectbox(key="wizard_model").value == "minilm"
    at.button(key="wizard_method_next").click().run()
    assert errors(at) == [] and not at.exception
    assert at.button(key="wizard_start").label.startswith("Train on 30 rows")


def test_a_press_that_comes_together_with_a_change_counts():
    at = at_check(GOOD).button(key="wizard_check_next").click().run()
    at.radio(key="wizard_method").set_value("partial")
    at.button(key="wizard_method_next").click().run()
    assert at.query_params["method"] == "partial" and at.query_params["step"] == "train"
    assert at.button(key="wizard_start")


def test_a_reload_brings_the_place_back():
    at = at_check(GOOD)
    again = open_page(**{name: at.query_params[name] for name in ("step", "task", "dataset")})
    assert "30 rows in 2 classes" in said(again)
    assert not again.error and again.button(key="wizard_check_next")


def test_a_finished_step_can_be_changed_and_keeps_what_was_decided():
    at = at_check(GOOD)
    at.button(key="wizard_change_data").click().run()
    assert at.selectbox(key="wizard_column_single_label_texts").value == "text"
    assert "messages" in said(at)


def test_how_the_file_was_read_is_said_and_can_be_changed():
    at = at_data("text;label\none, two;a\nthree, four;b\n")
    assert "semicolon between cells" in said(at)
    at.selectbox(key="wizard_read_delimiter").select(",").run()
    assert "comma between cells" in said(at)
    at.selectbox(key="wizard_read_delimiter").select("as found").run()
    assert "semicolon between cells" in said(at)


def test_a_file_without_a_header_can_be_read_as_such():
    at = at_data(GOOD)
    at.selectbox(key="wizard_read_header").select("there is none").run()
    assert "no header row" in said(at) and "31 rows" in said(at)


def test_several_labels_in_a_cell_are_parted_at_their_sign():
    rows = "".join(f"text number {n},{'a|b' if n % 2 else 'b|c'}\n" for n in range(20))
    at = at_data("text,labels\n" + rows)
    at.segmented_control(key="wizard_variant").set_value("multi_label").run()
    assert at.selectbox(key="wizard_separator_|").value == "as found"
    at.button(key="wizard_data_next").click().run()
    assert "20 rows in 3 classes" in said(at)
    assert at.query_params["variant"] == "multi_label"


def test_a_fix_makes_a_new_data_set_and_undo_goes_back():
    at = at_check(GOOD + "please pay me back number 1,refund\n")
    before = at.query_params["dataset"]
    at.button(key="wizard_finding_duplicates_1_fix_1").click().run()
    assert at.query_params["dataset"] != before
    assert "30 rows in 2 classes" in said(at) and "Keep the first of each" in said(at)
    at.button(key="wizard_undo").click().run()
    assert at.query_params["dataset"] == before


def test_an_error_blocks_the_next_step_until_it_is_mended():
    at = at_check(GOOD + ",refund\n")
    assert at.button(key="wizard_check_next").disabled
    at.button(key="wizard_finding_missing_1_fix_1").click().run()
    assert not at.button(key="wizard_check_next").disabled


def test_class_weights_are_a_setting_that_the_data_asks_for():
    rows = "".join(f"text number {n},common\n" for n in range(60)) + "odd one,rare\nodd two,rare\nodd three,rare\n"
    at = at_check("text,label\n" + rows)
    fix = next(button for button in at.button if button.label == "Use class weights")
    fix.click().run()
    at.button(key="wizard_check_next").click().run()
    weights = next(toggle for toggle in at.toggle if toggle.label == "Class weights")
    assert weights.value is True


def test_the_epochs_shown_are_those_that_so_few_rows_are_given():
    at = at_check(GOOD).button(key="wizard_check_next").click().run()
    at.radio(key="wizard_method").set_value("partial").run()
    assert at.number_input(key="wizard_partial_partial_epochs").value == METHODS["partial"].epochs_between[1]


def test_a_changed_setting_stands_in_the_address_and_survives_a_reload():
    at = at_check(GOOD).button(key="wizard_check_next").click().run()
    at.radio(key="wizard_method").set_value("head").run()
    at.number_input(key="wizard_head_head_epochs").set_value(3).run()
    query = {name: at.query_params[name] for name in ("step", "task", "dataset", "method", "settings")}
    again = open_page(**query)
    assert again.number_input(key="wizard_head_head_epochs").value == 3
    assert again.radio(key="wizard_method").value == "head"


def test_the_bundled_sample_is_one_click_away():
    at = choose_task(open_page())
    at.segmented_control(key="wizard_source").set_value("Bundled sample").run()
    at.button(key="wizard_sample").click().run()
    assert errors(at) == []
    at.button(key="wizard_data_next").click().run()
    assert "306 rows in 8 classes" in said(at)


def test_earlier_data_can_be_taken_again():
    at_data(GOOD)
    at = choose_task(open_page())
    at.segmented_control(key="wizard_source").set_value("Earlier data").run()
    at.button(key="wizard_earlier_use").click().run()
    assert at.selectbox(key="wizard_column_single_label_texts").value == "text"


@pytest.mark.parametrize(("content", "name", "words"), [
    (b"", "empty.csv", "is empty"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(200), "photo.csv", "JPEG picture"),
    (b"PK\x03\x04" + bytes(60), "broken.xlsx", "broken spreadsheet"),
])
def test_a_file_that_is_no_table_is_refused_in_one_sentence(content: bytes, name: str, words: str):
    at = at_data(content, name)
    assert len(errors(at)) == 1 and words in errors(at)[0]
    assert not at.exception and "dataset" not in at.query_params


@pytest.mark.parametrize(("content", "words"), [
    ("text,label\nonly one,a\n", "two rows"),
    ("text,label\n" + "".join(f"text {n},same\n" for n in range(30)), "same label"),
    ("text,label\n" + "".join(f"text {n},\n" for n in range(30)), "empty in every row"),
    ("text,label\n" + "".join(f"text {n},label {n}\n" for n in range(2000)), "2,000 different labels"),
])
def test_data_that_cannot_be_learnt_from_says_why_and_blocks_the_start(content: str, words: str):
    at = at_check(content)
    assert words in said(at).replace("\\", "")
    assert at.button(key="wizard_check_next").disabled
    assert not at.exception


def test_texts_that_are_numbers_are_warned_of():
    rows = "".join(f"{n * 37 % 1000}.5,{'ab'[n % 2]}\n" for n in range(40))
    at = at_data("text,label\n" + rows)
    at.selectbox(key="wizard_column_single_label_texts").select("text").run()
    at.selectbox(key="wizard_column_single_label_labels").select("label").run()
    at.button(key="wizard_data_next").click().run()
    assert "holds numbers" in said(at)


def test_a_column_that_is_not_chosen_is_asked_for():
    at = at_data("a,b\n1,2\n3,4\n")
    at.selectbox(key="wizard_column_single_label_texts").set_value("a").run()
    at.selectbox(key="wizard_column_single_label_labels").set_value("a").run()
    at.button(key="wizard_data_next").click().run()
    assert len(errors(at)) == 1 and "twice" in errors(at)[0]


def test_an_address_that_names_nothing_is_said_and_leads_out():
    at = open_page(step="method", task="text-classification", dataset="0123456789abcdef")
    assert not at.exception
    assert any("no data set" in text for text in errors(at))
    at.button(key="wizard_change_data").click().run()
    at.button(key="wizard_other").click().run()
    assert at.file_uploader


def test_an_address_with_nonsense_opens_the_first_step():
    at = open_page(step="nowhere", task="no-task", settings="{broken", method="magic")
    assert not at.exception and not at.error
    assert at.button(key="wizard_task_text_classification")


def test_start_over_forgets_the_place():
    at = at_check(GOOD)
    at.button(key="wizard_over").click().run()
    assert "dataset" not in at.query_params and at.button(key="wizard_task_text_classification")




def test_the_name_of_a_run_and_the_source_of_the_rows_survive_a_reload():
    at = choose_task(open_page())
    at.segmented_control(key="wizard_source").set_value("Bundled sample").run()
    again = open_page(**{name: at.query_params[name] for name in ("step", "task", "source")})
    assert again.segmented_control(key="wizard_source").value == "Bundled sample"
    again.button(key="wizard_sample").click().run()
    assert "source" not in again.query_params
    query = {"step": "train", "task": "text-classification", "dataset": again.query_params["dataset"], "method": "head"}
    at = open_page(**query)
    at.text_input(key="wizard_name").set_value("My first run").run()
    again = open_page(**query, name=at.query_params["name"])
    assert again.text_input(key="wizard_name").value == "My first run"


def test_data_that_cannot_be_learned_from_leads_back_to_the_data():
    at = at_check("text,label\n" + "".join(f"message number {number},same\n" for number in range(20)))
    assert at.button(key="wizard_check_next").disabled
    assert "cannot be learned from yet" in said(at)
    at.button(key="wizard_check_back").click().run()
    assert at.query_params["step"] in ("data", ["data"])


def test_what_keeps_a_model_from_being_trained_is_said_once_with_its_hint(monkeypatch: pytest.MonkeyPatch):
    from studio.wizard import estimates, method_step

    at = at_check(GOOD).button(key="wizard_check_next").click().run()
    wrong = estimates.Measured(problem="The hub was not reached.", hint="Use a model that comes with the studio.")
    monkeypatch.setattr(method_step.estimates, "ask", lambda question: wrong)
    monkeypatch.setattr(method_step.estimates, "known", lambda question: wrong)
    at.run()
    assert [(box.proto.title, box.value) for box in at.warning] == [
        (r"The hub was not reached\.", r"Use a model that comes with the studio\.")]
    assert "not known, see the warning" in said(at)


def test_every_way_is_queued_one_after_another_on_the_same_rows():
    from engine import runs

    at = at_check(GOOD).button(key="wizard_check_next").click().run()
    at.button(key="wizard_method_next").click().run()
    at.button(key="wizard_ladder").click().run()
    assert not at.exception and not at.error
    queued = runs.list()
    try:
        assert sorted(run.method for run in queued) == sorted(METHODS)
        assert len({run.data["fingerprint"] for run in queued}) == 1
        assert [run.name.split(": ")[1] for run in reversed(queued)] == [method.label.lower() for method in METHODS.values()]
    finally:
        for run in queued:
            runs.stop(run.id)
        for run in queued:
            runs.wait(run.id, timeout=60)


def test_a_column_for_each_label_is_joined_into_one():
    rows = "".join(f"message number {n},{n % 2},{(n + 1) % 2},{'yes' if n % 3 else 'no'}\n" for n in range(24))
    at = at_data("text,urgent,friendly,long\n" + rows)
    assert "3 columns of this file hold only yes or no" in said(at)
    at.button(key="wizard_another_go").click().run()
    assert at.query_params["variant"] == "multi_label" and "hold only yes or no" not in said(at)
    assert "3 columns of this file look like it" in said(at)
    assert at.multiselect(key="wizard_column_multi_label_labels_parts").value == ["urgent", "friendly", "long"]
    at.button(key="wizard_column_multi_label_labels_join").click().run()
    assert at.selectbox(key="wizard_column_multi_label_labels").value == "labels" and errors(at) == []
    at.button(key="wizard_data_next").click().run()
    assert "24 rows in 3 classes" in said(at) and "Join 3 columns into" in said(at)


def test_labels_that_seem_wrong_are_found_and_put_right():
    parcels = ["where is my parcel", "my parcel has not arrived", "the courier lost my parcel", "track the delivery of my parcel"]
    refunds = ["please refund my money", "i want my money back", "give me a refund", "refund the payment to my card"]
    rows = [(f"{text}{end}", label) for end in ("", " please", " today", " again", " now") for texts, label in
            ((parcels, "delivery"), (refunds, "refund")) for text in texts]
    rows[3] = (rows[3][0], "refund")
    at = at_check("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows))
    at.button(key="wizard_doubts_look").click().run()
    assert errors(at) == [] and not at.exception
    assert "1 label looks wrong" in said(at)
    at.button(key="wizard_doubts_take").click().run()
    assert "Correct 1 label" in said(at)
    at.button(key="wizard_doubts_look").click().run()
    assert "No label looks wrong" in said(at)
