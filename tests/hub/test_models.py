import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from engine import hub, runs
from engine.errors import StudioError
from engine.hub import database
from engine.hub.__main__ import main
from engine.hub.tables import ModelRow
from tests.runs.helpers import ROOT, enter

DATA = {"fingerprint": "f" * 16, "rows": 48, "columns": ["labels", "texts"], "dataset": None, "name": "messages.csv"}


def save(folder: Path, name: str = "topics", **given: object) -> hub.Card:
    values = {"description": "Sorts messages", "run": "20261122-104211-0001", "base": "minilm", "metrics": {"accuracy": 0.9},
              "data": DATA, "settings": {"method": "head"}, **given}
    return hub.save(folder, name, **values)


def test_a_saved_model_has_a_card_with_everything(trained: Path, home: Path) -> None:
    card = save(trained, details={"language": "English"})
    assert card == hub.get("topics") == hub.list()[0]
    assert (card.class_name, card.labels, card.multi_label) == ("STModel", ["delivery", "praise", "refund"], False)
    assert (card.description, card.base, card.run, card.metrics) == ("Sorts messages", "minilm", "20261122-104211-0001", {"accuracy": 0.9})
    assert card.details == {"language": "English"} and card.data == DATA and card.settings == {"method": "head"}
    assert card.folder == home / "models" / "topics" and card.size_bytes > 80_000 and len(card.fingerprint) == 64
    config = json.loads((card.folder / "config.json").read_text())
    assert (config["name"], config["description"]) == ("topics", "Sorts messages")


def test_a_model_object_is_saved_and_read_back(trained: Path) -> None:
    from engine.models.packages import read_package

    model = read_package(trained)
    card = hub.save(model, "from-object", description="By hand")
    text = {"text": "my parcel arrived late"}
    assert read_package(card.folder)(text, "text-classification") == model(text, "text-classification")
    assert card.run is None and card.metrics == {}


def test_a_name_that_is_taken_is_refused_and_the_old_model_stays(trained: Path) -> None:
    save(trained)
    with pytest.raises(StudioError, match="named `topics` already") as caught:
        save(trained, description="Other")
    assert "topics-2" in caught.value.hint
    assert hub.get("topics").description == "Sorts messages"
    assert save(trained, description="Other", replace=True).description == "Other"
    assert len(hub.list()) == 1


def test_search_looks_for_every_word_in_name_description_labels_and_data(trained: Path) -> None:
    save(trained)
    save(trained, "other-model", description="Reads letters", data=None)
    assert [card.name for card in hub.list()] == ["other-model", "topics"]
    assert [card.name for card in hub.list(search="MESSAGES.csv delivery")] == ["topics"]
    assert [card.name for card in hub.list(search="letters")] == ["other-model"]
    assert hub.list(search="letters messages.csv") == [] and hub.list(search="100%") == []
    assert len(hub.list(task="text-classification")) == 2 and hub.list(task="qa") == []


def test_an_unknown_model_is_named_beside_those_that_exist(trained: Path) -> None:
    save(trained)
    with pytest.raises(StudioError, match="no saved model 'topic'") as caught:
        hub.get("topic")
    assert "topics" in caught.value.hint


def test_renaming_moves_folder_card_and_index_together(trained: Path, home: Path) -> None:
    before = save(trained)
    after = hub.rename("topics", "message-topics")
    assert (after.name, after.folder) == ("message-topics", home / "models" / "message-topics")
    assert (after.created, after.fingerprint, after.metrics) == (before.created, before.fingerprint, before.metrics)
    assert json.loads((after.folder / "config.json").read_text())["name"] == "message-topics"
    assert [card.name for card in hub.list()] == ["message-topics"] and not before.folder.exists()
    save(trained)
    with pytest.raises(StudioError, match="already"):
        hub.rename("topics", "message-topics")
    with pytest.raises(StudioError, match="cannot be a model's name"):
        hub.rename("topics", "A")
    assert len(hub.list()) == 2


def test_a_description_can_be_changed(trained: Path) -> None:
    save(trained)
    assert hub.set_description("topics", "Anew").description == "Anew" == hub.get("topics").description


def test_deleting_frees_what_it_says(trained: Path, home: Path) -> None:
    card = save(trained)
    assert hub.delete("topics") == card.size_bytes
    assert hub.list() == [] and list((home / "models").iterdir()) == []


def test_the_index_can_be_rebuilt_from_the_folders_without_loss(trained: Path, home: Path) -> None:
    cards = [save(trained), save(trained, "second", parent="topics", details={"a": [1, None]})]
    database.close()
    for path in home.glob("hub.db*"):
        path.unlink()
    assert hub.list() == []
    assert hub.rebuild() == ["second", "topics"]
    assert [hub.get(card.name) for card in cards] == cards


def test_rebuilding_follows_the_folders_after_a_crash_between_folder_and_row(trained: Path, home: Path) -> None:
    save(trained, "renamed-by-crash"), save(trained, "never-indexed"), save(trained, "row-without-folder")
    os.rename(home / "models" / "renamed-by-crash", home / "models" / "new-name")
    (home / "models" / "row-without-folder").rename(home / "elsewhere")
    with database.writing() as session:
        session.execute(delete(ModelRow).where(ModelRow.name == "never-indexed"))
    (home / "models" / "no-model").mkdir()
    assert hub.rebuild() == ["never-indexed", "new-name"]
    with database.reading() as session:
        assert sorted(session.scalars(select(ModelRow.name))) == ["never-indexed", "new-name"]
    assert (home / "models" / "no-model").is_dir(), "what is no model is left alone"


def test_a_renamed_model_stays_the_parent_of_those_that_came_from_it(trained: Path, home: Path) -> None:
    save(trained), save(trained, "child", parent="topics", base="topics"), save(trained, "stranger", base="minilm")
    enter("20261122-104211-0002", model="topics")
    hub.rename("topics", "renamed")
    save(trained, "topics")
    assert (hub.get("child").parent, hub.get("child").base) == ("renamed", "renamed")
    assert (hub.get("stranger").parent, hub.get("stranger").base) == (None, "minilm")
    assert runs.get("20261122-104211-0002").model == "renamed"
    hub.rebuild()
    assert hub.get("child").parent == "renamed"


def test_one_damaged_card_does_not_keep_the_other_models_from_being_found(trained: Path, home: Path) -> None:
    for name, text in (("a-list", "[1]"), ("a-word", '"card"'), ("no-date", '{"created": "yesterday"}')):
        save(trained, name)
        (home / "models" / name / "card.json").write_text(text)
    save(trained, "whole")
    assert hub.rebuild() == ["whole"] and [card.name for card in hub.list()] == ["whole"]
    assert (home / "models" / "a-list" / "config.json").is_file(), "what is damaged is left alone"


def test_a_model_that_could_not_be_indexed_leaves_its_name_free(trained: Path, home: Path) -> None:
    """The database is held by another program for longer than anyone waits."""
    hub.list()
    with contextlib.closing(sqlite3.connect(home / "hub.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StudioError, match="busy"):
            hub.save(trained, "topics")
        other.execute("ROLLBACK")
    assert list((home / "models").iterdir()) == []
    assert hub.save(trained, "topics").name == "topics"


def test_a_folder_that_holds_no_model_is_not_saved(tmp_path: Path, home: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudioError, match="holds no model"):
        hub.save(tmp_path / "empty", "nothing")
    assert hub.list() == [] and list((home / "models").iterdir()) == []


def test_a_kill_while_saving_leaves_no_half_model(trained: Path, home: Path) -> None:
    """The process kills itself after the files were copied, before the folder gets its name."""
    code = ("import os, signal, sys\nfrom pathlib import Path\nfrom engine import hub\nfrom engine.hub import folders\n"
            "folders.sync = lambda folder: os.kill(os.getpid(), signal.SIGTERM)\nhub.save(Path(sys.argv[1]), 'topics')\n")
    done = subprocess.run([sys.executable, "-c", code, str(trained)], cwd=ROOT, check=False)
    assert done.returncode != 0
    assert [path.name[:5] for path in (home / "models").iterdir()] == [".new-"]
    assert hub.rebuild() == [] and list((home / "models").iterdir()) == []


def test_the_command_line_lists_shows_and_rebuilds(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(trained)
    assert main(["list", "--json"]) == 0
    assert [card["name"] for card in json.loads(capsys.readouterr().out)] == ["topics"]
    assert main(["rebuild"]) == 0 and "1 model" in capsys.readouterr().out
    assert main(["delete", "topics"]) == 0 and "freed" in capsys.readouterr().out
    assert main(["show", "topics"]) == 1 and "no saved model" in capsys.readouterr().err
