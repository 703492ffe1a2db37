"""A page that waits for its model: the bytes are shown, the answer follows by itself, a stop and a failure leave the page usable."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.errors import StudioError
from engine.models import fetching
from studio import fetch_job
from tests import local_index
from tests.local_index import Index

MODEL = "hf://someone/tiny"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Index]:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "config.json").write_text("{}")
    (tmp_path / "source" / "model.safetensors").write_bytes(bytes(2_000_000))
    with local_index.hub(tmp_path / "source", tmp_path / "cache") as index:
        yield index
    fetch_job.stop(MODEL)
    wait(lambda: fetch_job.get(MODEL) is None)


def wait(over: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not over() and time.monotonic() < end:
        time.sleep(0.05)
    assert over()


def page() -> AppTest:
    def script() -> None:
        import streamlit as st

        from studio import model_fetch
        from studio.errors import guard
        from studio.state import take

        asked = st.button("Answer", key="go") or take("go_now", False)
        with guard():
            if model_fetch.ensure("hf://someone/tiny", asked, "go_now"):
                st.markdown("answered")

    return AppTest.from_function(script).run()


def said(app: AppTest) -> list[str]:
    return [item.value for item in app.markdown]


def test_two_that_want_a_model_share_one_fetch(hub: Index) -> None:
    hub.pause = 0.05
    first = fetch_job.start(MODEL)
    assert fetch_job.start(MODEL).stop is first.stop
    wait(lambda: fetch_job.get(MODEL) is None)
    assert fetching.is_here(MODEL) and hub.asked.count("model.safetensors") == 1


def test_the_page_shows_the_bytes_and_answers_by_itself_once_the_model_is_there(hub: Index) -> None:
    hub.pause = 0.1
    app = page()
    assert said(app) == [] and not app.button(key="go").disabled
    app.button(key="go").click().run()
    wait(lambda: (job := fetch_job.get(MODEL)) is not None and job.progress.done > 0)
    app.run()
    assert "MB of 2 MB" in app.get("progress")[0].text or "kB of 2 MB" in app.get("progress")[0].text
    assert page().get("progress"), "a second tab, or a reload, sees the same fetch"
    wait(lambda: fetch_job.get(MODEL) is None)
    app.run()
    assert said(app) == ["answered"]


def test_a_cancel_ends_the_fetch_and_nothing_is_asked(hub: Index, tmp_path: Path) -> None:
    hub.pause = 0.2
    app = page()
    app.button(key="go").click().run()
    app.button(key="go_now_cancel").click().run()
    assert fetch_job.get(MODEL) is None and said(app) == [] and not app.get("progress")
    app.run()
    assert said(app) == [] and not fetching.is_here(MODEL)
    wait(lambda: not list((tmp_path / "cache").rglob("*.incomplete")))


def test_a_fetch_that_fails_says_what_was_tried_once_and_can_be_tried_again(hub: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    held, hub.files = hub.files, {}
    hub.files["config.json"] = held["config.json"]
    app = page()
    app.button(key="go").click().run()
    wait(lambda: (job := fetch_job.get(MODEL)) is not None and job.error is not None)
    app.run()
    assert len(app.error) == 1 and "hf\\://someone/tiny has no weights" in app.error[0].proto.title and not app.exception
    app.run()
    assert not app.error and said(app) == []
    assert isinstance(fetch_job.start(MODEL), fetch_job.Job)
    wait(lambda: (job := fetch_job.get(MODEL)) is not None and isinstance(job.error, StudioError))
