import logging
from pathlib import Path

from streamlit.testing.v1 import AppTest

from studio.errors import record


def test_a_studio_error_is_shown_as_message_and_hint() -> None:
    def script() -> None:
        from engine.errors import StudioError
        from studio.errors import guard

        with guard():
            raise StudioError("The file notes_*.csv has no rows.", "Choose another file.")

    app = AppTest.from_function(script).run()
    assert not app.exception
    assert app.error[0].proto.title.replace("\\", "") == "The file notes_*.csv has no rows."
    assert app.error[0].value == "Choose another file."


def test_a_bug_shows_a_number_and_the_log_has_the_rest(home: Path) -> None:
    def script() -> None:
        import streamlit as st

        from studio.errors import guard

        with guard():
            raise ZeroDivisionError("/secret/path")
        st.markdown("after")

    app = AppTest.from_function(script).run()
    shown = " ".join(element.value for kind in ("error", "text", "markdown") for element in getattr(app, kind))
    assert not app.exception
    assert "/secret/path" not in shown and "Traceback" not in shown
    assert app.markdown[-1].value == "after"
    written = (home / "logs" / "studio.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError: /secret/path" in written
    number = app.error[0].value.split("number ")[1][:6]
    assert number in written


def test_stop_and_rerun_pass_through() -> None:
    def script() -> None:
        import streamlit as st

        from studio.errors import guard

        count = st.session_state.setdefault("count", 0)
        st.session_state["count"] = count + 1
        with guard():
            if count == 0:
                st.rerun()
            st.markdown(f"run {count}")
            st.stop()
        st.markdown("never")

    app = AppTest.from_function(script).run()
    assert not app.exception and not app.error
    assert [element.value for element in app.markdown] == ["run 1"]


def test_an_action_offers_the_button_that_does_what_the_hint_says() -> None:
    def script() -> None:
        import streamlit as st

        from engine.errors import StudioError
        from studio.errors import Action, guard

        def mend(value: str) -> None:
            st.session_state["mended"] = value

        if "mended" not in st.session_state:
            with guard(Action("Mend it", mend, ("yes",))):
                raise StudioError("It is broken.")

    app = AppTest.from_function(script).run()
    app.button[0].click().run()
    assert not app.error
    assert app.session_state["mended"] == "yes"


def test_the_log_moves_with_the_home_folder(home: Path, tmp_path: Path, monkeypatch) -> None:
    record(ValueError("first"))
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "other"))
    record(ValueError("second"))
    assert "first" in (home / "logs" / "studio.log").read_text(encoding="utf-8")
    moved = (tmp_path / "other" / "logs" / "studio.log").read_text(encoding="utf-8")
    assert "second" in moved and "first" not in moved
    logging.getLogger("engine.studio").handlers.clear()
