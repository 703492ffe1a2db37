import json
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.errors import StudioError
from engine.models.base import BaseModel
from engine.models.packages import read_config, read_package, write_package
from tests.harness import build, close


class Shouter(BaseModel):
    def __init__(self) -> None:
        super().__init__("shouter", "Answers loudly.", ["text-classification"])

    def text_classification(self, text: list[str], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        return [{item.upper(): 1.0} for item in text]


@pytest.mark.usefixtures("exactly")
@pytest.mark.parametrize("family", ["STModel", "HFSeqTCModel"])
def test_a_finetuned_model_is_kept_without_pickles(family: str, tmp_path: Path) -> None:
    model = build(family, tmp_path / "model")
    model.pre_finetuning(labels=["z", "a", "m"], multi_label=True)
    config = write_package(model, tmp_path / "kept", name="kept", description="A test.", details={"note": 1})
    again = read_package(tmp_path / "kept")
    assert config == read_config(tmp_path / "kept")
    assert (again.labels, again.multi_label, again.name, again.details) == (["a", "m", "z"], True, "kept", {"note": 1})
    assert {path.suffix for path in (tmp_path / "kept").rglob("*") if path.is_file()} <= {".json", ".safetensors", ".txt"}
    question = {"text": ["i am mad", "green"]}
    assert close(model(question, "text-classification"), again(question, "text-classification"))
    assert "torch==" in (tmp_path / "kept" / "requirements.txt").read_text()


def test_somebody_elses_class_needs_an_explicit_yes(tmp_path: Path) -> None:
    write_package(Shouter(), tmp_path / "kept")
    with pytest.raises(StudioError, match="trust=True"):
        engine.load(tmp_path / "kept")
    assert engine.load(tmp_path / "kept", trust=True)({"text": "hi"}, "text-classification") == {"HI": 1.0}


def test_a_changed_model_bin_is_refused_even_with_trust(tmp_path: Path) -> None:
    write_package(Shouter(), tmp_path / "kept")
    with (tmp_path / "kept" / "model.bin").open("ab") as file:
        file.write(b"more")
    with pytest.raises(StudioError, match="not the file that was saved"):
        engine.load(tmp_path / "kept", trust=True)


def test_a_write_that_fails_leaves_the_old_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_package(build("STModel", tmp_path / "model"), tmp_path / "kept", name="old")

    class Full(Shouter):
        def __reduce__(self) -> Any:
            raise OSError(28, "No space left on device")

    with pytest.raises(StudioError, match="No space left"):
        write_package(Full(), tmp_path / "kept", name="new")
    assert read_config(tmp_path / "kept")["name"] == "old"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_damaged_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    write_package(build("STModel", tmp_path / "model"), tmp_path / "kept")
    (tmp_path / "kept" / "encoder" / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(StudioError):
        read_package(tmp_path / "kept")
    (tmp_path / "kept" / "config.json").write_text("{half")
    with pytest.raises(StudioError, match="cannot be read"):
        read_package(tmp_path / "kept")


def test_a_config_is_plain_json(tmp_path: Path) -> None:
    write_package(build("STModel", tmp_path / "model"), tmp_path / "kept")
    config = json.loads((tmp_path / "kept" / "config.json").read_text())
    assert config["class"] == "STModel" and config["versions"]["torch"]


class Wrapper(Shouter):
    """What many people write: a model that holds another one under that name."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Shouter()
        self.tasks = ["text-classification", "emotion"]


def test_what_is_saved_is_the_model_itself_and_it_stays_as_it_is(tmp_path: Path) -> None:
    model = Wrapper()
    engine.save(model, "kept", path=tmp_path / "kept", tasks=["text-classification"])
    engine.save(model, "kept-too", tasks=["text-classification"])
    assert model.tasks == ["text-classification", "emotion"]
    for kept in (tmp_path / "kept", "kept-too"):
        again = engine.load(kept, trust=True)
        assert isinstance(again, Wrapper) and again.tasks == ["text-classification"]


def test_details_that_json_does_not_know_are_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="details of kept"):
        write_package(Shouter(), tmp_path / "kept", name="kept", details={"made": object()})
    assert list(tmp_path.iterdir()) == []


def test_saving_into_a_folder_of_other_things_is_refused_and_takes_nothing_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "letter.txt").write_text("Dear all")
    for place in (documents, documents / "letter.txt"):
        with pytest.raises(StudioError, match="something else"):
            engine.save(Shouter(), path=place)
    assert [path.name for path in documents.iterdir()] == ["letter.txt"] and (documents / "letter.txt").read_text() == "Dear all"
    (tmp_path / "empty").mkdir()
    for _ in range(2):  # the second time a package is replaced by a package
        engine.save(Shouter(), path=tmp_path / "empty")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert engine.save(Shouter(), path="~/mine") == tmp_path / "mine"


@pytest.mark.parametrize("wrong", [{"head": {"size": 3}}, {"head": [1]}, "text"])
def test_a_config_that_somebody_changed_is_refused_in_one_sentence(wrong: object, tmp_path: Path) -> None:
    write_package(build("STModel", tmp_path / "model"), tmp_path / "kept")
    config = json.loads((tmp_path / "kept" / "config.json").read_text())
    (tmp_path / "kept" / "config.json").write_text(json.dumps({**config, "model": wrong}))
    with pytest.raises(StudioError, match="cannot be loaded"):
        read_package(tmp_path / "kept")
