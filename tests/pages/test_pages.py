"""Every page of the studio renders, with an empty home and with one that holds a run and a model."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "studio" / "app.py"
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
TEXTS = [f"{word} number {number}" for number in range(12) for word in ("refund please", "the parcel is late")]
LABELS = ["refund", "delivery"] * 12


def opened(page: str, **query: str) -> AppTest:
    """The studio with this page open, after one run."""
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    if page != "home":
        app.switch_page(f"../pages/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def trouble(app: AppTest) -> list[str]:
    """What the page shows as an exception or as an error."""
    return [str(error.value) for error in (*app.exception, *app.error)]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A home folder with a finished run and a model saved from it; their names."""
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_HOME", str(folder))
        from engine import runs

        run = runs.start("text-classification", {"texts": TEXTS, "labels": LABELS}, name="Two topics", method="head", epochs=2)
        assert runs.wait(run, timeout=300).state == "finished", runs.get(run).error
        yield {"home": str(folder), "run": run, "model": runs.save(run, "two-topics")}
        runs.shutdown()


@pytest.mark.parametrize("page", PAGES)
def test_the_page_renders_with_an_empty_home(page: str) -> None:
    app = opened(page)
    assert trouble(app) == []
    assert app.title, "a page has a title"


@pytest.mark.parametrize("page", PAGES)
def test_the_page_renders_with_a_run_and_a_model(page: str, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_HOME", filled["home"])
    app = opened(page)
    assert trouble(app) == []
    assert app.title, "a page has a title"


@pytest.mark.parametrize(("page", "name"), [("runs", "run"), ("hub", "model"), ("text_classification", "model")])
def test_the_page_opens_what_the_address_names(page: str, name: str, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_HOME", filled["home"])
    app = opened(page, **{name: filled[name]})
    assert trouble(app) == []


@pytest.mark.parametrize(("page", "name"), [("runs", "run"), ("hub", "model")])
def test_an_address_that_names_nothing_gets_one_clear_sentence(page: str, name: str) -> None:
    app = opened(page, **{name: "no-such-thing"})
    assert not app.exception
    assert len(app.error) == 1
    assert "no-such-thing" in f"{app.error[0].proto.title} {app.error[0].value}".replace("\\", "")


def test_the_sample_is_one_click_from_home() -> None:
    app = opened("home")
    app.button(key="sample_text_classification").click().run()
    assert trouble(app) == []
    assert app.query_params["task"] == "text-classification"
    assert app.query_params["dataset"]


def test_home_paints_without_torch(home: Path) -> None:
    look = ("import sys; from streamlit.testing.v1 import AppTest; app = AppTest.from_file(sys.argv[1], default_timeout=60).run(); "
            "assert not app.exception and not app.error and app.title; "
            "print([name for name in ('torch', 'transformers', 'pytorch_lightning', 'sklearn') if name in sys.modules])")
    environment = os.environ | {"STUDIO_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", look, str(APP)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_a_model_is_renamed_described_and_deleted_on_its_card(filled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_HOME", filled["home"])
    from engine import hub

    name = hub.save(hub.get(filled["model"]).folder, "to-be-changed").name
    app = opened("hub", model=name)
    app.text_area(key=f"hub_description_{name}").set_value("Sorts mail")
    app.button(key="hub_describe_now").click().run()
    assert hub.get(name).description == "Sorts mail"
    app.text_input(key=f"hub_new_name_{name}").set_value("changed")
    app.button(key="hub_rename_now").click().run()
    assert trouble(app) == []
    assert hub.get("changed").name == "changed"
    app.button(key="hub_delete_now").click().run()
    assert trouble(app) == []
    assert [card.name for card in hub.list()] == [filled["model"]]


def test_a_name_that_a_model_cannot_bear_is_refused_in_words(filled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_HOME", filled["home"])
    app = opened("hub", model=filled["model"])
    app.text_input(key=f"hub_new_name_{filled['model']}").set_value("Not A Name!")
    app.button(key="hub_rename_now").click().run()
    assert not app.exception
    assert len(app.error) == 1


def test_settings_are_saved_and_go_back_to_their_defaults() -> None:
    from engine import preferences

    app = opened("settings")
    app.number_input(key="settings_threads").set_value(3).run()
    app.button(key="settings_save").click().run()
    assert trouble(app) == []
    assert preferences.read().threads == 3
    app.button(key="settings_defaults").click().run()
    assert preferences.read() == preferences.Preferences()
    assert app.number_input(key="settings_threads").value is None


def test_loaded_models_are_listed_with_their_sizes_and_can_be_unloaded() -> None:
    from engine.inference import cache

    cache.forget()
    assert "No model is loaded" in " ".join(item.value for item in opened("settings").markdown)
    cache.loaded("minilm", "cpu")
    app = opened("settings")
    shown = " ".join(item.value for item in app.markdown)
    assert "1 model in memory, **90.9 MB**" in shown and "**minilm**" in shown
    assert any("answers are computed in" in item.value for item in app.caption)
    app.button(key="settings_unload_minilm_cpu").click().run()
    assert trouble(app) == [] and cache.held() == []


def test_a_number_that_was_saved_can_be_emptied_again_and_a_second_tab_undoes_nothing() -> None:
    from engine import preferences

    first, second = opened("settings"), opened("settings")
    first.number_input(key="settings_answer_threads").set_value(2).run()
    first.button(key="settings_save").click().run()
    second.number_input(key="settings_cache_gigabytes").set_value(7.0).run()
    second.button(key="settings_save").click().run()
    assert trouble(first) == trouble(second) == []
    assert (preferences.read().answer_threads, preferences.read().cache_gigabytes) == (2, 7.0)
    assert second.number_input(key="settings_answer_threads").value == 2
    first.run()
    assert first.number_input(key="settings_cache_gigabytes").value == 7.0
    later = opened("settings")
    number = later.number_input(key="settings_answer_threads")
    assert number.value == 2 and not number.proto.HasField("default")
    number.set_value(None).run()
    later.button(key="settings_save").click().run()
    assert trouble(later) == [] and preferences.read() == preferences.Preferences(cache_gigabytes=7.0)


def test_a_models_card_opened_from_another_shows_its_own_description(filled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_HOME", filled["home"])
    from engine import hub

    child = hub.save(hub.get(filled["model"]).folder, "the-child", description="The child's.").name
    app = opened("hub", model=child)
    app.text_area(key=f"hub_description_{child}").set_value("Typed for the child")
    app.query_params["model"] = filled["model"]
    app.run()
    assert app.text_area(key=f"hub_description_{filled['model']}").value == hub.get(filled["model"]).description
    app.button(key="hub_describe_now").click().run()
    assert trouble(app) == [] and "child" not in hub.get(filled["model"]).description
    hub.delete(child)
