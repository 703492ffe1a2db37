from pathlib import Path

import pytest

import engine
from engine.errors import StudioError
from engine.models.auto_model import AutoModel
from engine.models.catalogue import PRESETS
from tests import tiny
from tests.harness import build


def test_catalogue_names_and_aliases_are_unique() -> None:
    names = [name for preset in PRESETS for name in (preset.name, *preset.aliases)]
    assert len(names) == len(set(names))


def test_an_alias_finds_its_model() -> None:
    assert AutoModel.from_pretrained("all-minilm-l6-v2").name == "minilm"
    assert AutoModel.from_pretrained("mine", aliases={"mine": "minilm"}).name == "minilm"


def test_a_saved_model_is_found_by_its_name(tmp_path: Path) -> None:
    engine.save(build("STModel", tmp_path / "model"), "my-own")
    assert AutoModel.from_pretrained("my-own").name == "my-own"
    assert "my-own" in AutoModel.list_models("text-classification")


@pytest.mark.parametrize(("make", "family"), [(tiny.encoder_folder, "STModel"), (tiny.classifier_folder, "HFSeqTCModel")])
def test_a_hugging_face_folder_is_read_by_what_it_holds(make: object, family: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "model")  # type: ignore[operator]  # one of the two makers above
    assert type(AutoModel.from_pretrained(str(folder))).__name__ == family


def test_an_unknown_name_is_refused_with_what_was_tried() -> None:
    with pytest.raises(StudioError, match="not in the catalogue, not among the saved models, and no such folder"):
        AutoModel.from_pretrained("nowhere")


def test_without_a_hub_one_sentence_names_the_embedded_model() -> None:
    with pytest.raises(StudioError, match="hf://nobody/nothing could not be fetched.*minilm"):
        AutoModel.from_pretrained("hf://nobody/nothing")


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="config.json is missing"):
        AutoModel.from_pretrained(str(tmp_path))


def test_models_are_listed_for_a_task_with_their_facts(capsys: pytest.CaptureFixture[str]) -> None:
    facts = AutoModel.list_models("text-classification", return_dict=True, display=True)
    assert facts["minilm"]["embedded"] and facts["minilm"]["licence"] == "Apache-2.0"
    assert "minilm" in capsys.readouterr().out
    assert len(AutoModel.list_models(limit=1)) == 1
