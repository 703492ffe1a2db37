import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

from engine import hub
from studio.model_picker import choices


def picked(**query: str) -> AppTest:
    def script() -> None:
        import streamlit as st

        from studio import model_picker

        st.markdown(model_picker.chip("text-classification"))

    app = AppTest.from_function(script)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def test_embedded_models_come_first_and_every_choice_says_its_size() -> None:
    found = choices("text-classification")
    assert found[0].name == "minilm" and found[0].kind == "embedded"
    assert all(choice.size_bytes and choice.description for choice in found)


def test_it_starts_from_the_tasks_own_model_and_a_click_changes_it() -> None:
    app = picked()
    assert not app.exception
    assert app.markdown[-1].value == "minilm"
    app.radio(key="model_text-classification_hub").set_value("mpnet").run()
    assert app.markdown[-1].value == "mpnet"
    assert app.radio(key="model_text-classification_embedded").value is None
    app.radio(key="model_text-classification_embedded").set_value("minilm").run()
    assert app.markdown[-1].value == "minilm"


def test_the_address_may_name_the_model_and_a_click_still_changes_it() -> None:
    app = picked(model="multilingual-minilm")
    assert app.markdown[-1].value == "multilingual-minilm"
    app.radio(key="model_text-classification_embedded").set_value("minilm").run()
    assert app.markdown[-1].value == "minilm"
    assert "model" not in app.query_params


def test_a_model_that_is_gone_gives_way_and_that_is_said() -> None:
    def script() -> None:
        import streamlit as st

        from studio import model_picker
        from studio.state import state

        state().models.setdefault("text-classification", "was-deleted")
        st.markdown(model_picker.chip("text-classification"))

    app = AppTest.from_function(script).run()
    assert r"was\-deleted" in app.info[0].value
    assert app.markdown[-1].value == "minilm"


def test_the_chosen_model_stands_in_the_address_so_that_a_reload_finds_it():
    app = picked()
    assert "model" not in app.query_params
    app.radio(key="model_text-classification_hub").set_value("mpnet").run()
    assert app.query_params["model"] in ("mpnet", ["mpnet"])


def test_an_address_that_names_no_model_says_so_and_forgets_it():
    app = picked(model="misspelt")
    assert "misspelt" in app.info[0].value and app.markdown[-1].value == "minilm"
    assert "model" not in app.query_params


def test_a_saved_model_whose_opening_runs_code_is_no_start_for_finetuning(tmp_path: Path) -> None:
    for name, kind in (("of-theirs", "somebody.module:Model"), ("of-ours", "STModel")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"class": kind, "tasks": ["text-classification"], "versions": {}}))
        (folder / "model.bin").write_bytes(b"weights")
        hub.save(folder, name)
    assert {choice.name: bool(choice.way) for choice in choices("text-classification") if choice.kind == "yours"} == {
        "of-theirs": False, "of-ours": True}


def test_every_model_of_the_catalogue_says_its_licence_and_whether_it_is_on_this_disk():
    found = {choice.name: choice for task in ("text-classification", "image-classification", "text-generation") for choice in choices(task)}
    said = {name: choice.caption.replace("\\", "") for name, choice in found.items()}
    assert "91 MB · English · Apache-2.0 · on this disk" in said["minilm"]
    assert "1.63 GB · English · MIT · not on this disk yet" in said["bart-large-mnli"] and "not on this disk yet" in said["smollm2-135m"]
    assert all(choice.licence and choice.size_bytes for choice in found.values())


def test_only_what_can_be_trained_is_a_start_for_finetuning():
    offered = {choice.name for choice in choices("text-classification") if choice.way}
    assert {"minilm", "mpnet", "distilbert-sst2", "xlnet-base-cased"} <= offered and "bart-large-mnli" not in offered
