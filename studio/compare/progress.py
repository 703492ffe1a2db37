"""Long work as its tab shows it: how far it is, about how long it still takes, and a Stop. It goes on when the page is left."""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine import words
from engine.errors import Stopped
from studio.compare.collection import Collection
from studio.state import peek, put
from studio.works import Watch, Work, Works

AT_ONCE = 30_000  # items up to which each is compared with each without being asked
UNSEEN = 0.5  # seconds: what is over sooner needs no bar
LOOK_EVERY = 0.25


def done(works: Works, key: Hashable, work: Callable[[Watch], Any], name: str, noun: str, on_stop: Callable[[], Any],
         first: str = "Starting", help: str | None = None) -> Any:
    """The result of work that is begun here, or joined where another tab began it. An error of it is raised.

    name: of the widgets. noun: what is counted. on_stop: makes it unwanted; it is called where this tab or another one stopped it, and
    where it failed.
    """
    found = works.start(key, work, _tab())
    if not found.over.wait(UNSEEN):
        place = st.empty()
        with place.container(key=f"{name}_work"):
            bar = st.progress(0.0, text=first)
            st.button("Stop", key=f"{name}_stop", icon=":material/stop_circle:", on_click=_stop, args=(works, key, on_stop), help=help)
            if found.by != _tab():
                st.caption("It was under way already: begun in another tab, or before this page was loaded again.")
            while not found.over.wait(LOOK_EVERY):  # what the reader does meanwhile ends this run, not the work
                bar.progress(found.share, text=said(found, noun) or first)
        place.empty()
    if isinstance(found.error, Stopped):
        on_stop()
        st.rerun()
    if found.error is not None:
        works.forget(found)
        on_stop()  # it is not tried again until it is asked for
        raise found.error
    return found.result


def asked(collection: Collection, works: Works, work: Callable[[Watch], Any], name: str, noun: str, label: str) -> Any:
    """What comes of comparing each item with each: with few items at once, with many when the button is pressed. None until then."""
    wanted = f"{name}_{collection.key}"
    if peek(wanted, len(collection) <= AT_ONCE) or works.get(collection.key):
        return done(works, collection.key, work, name, noun, lambda: put(wanted, False))
    st.button(label, key=f"{name}_go", type="primary", icon=":material/play_arrow:", on_click=put, args=(wanted, True))
    if len(collection) > AT_ONCE:
        st.caption("Every item is compared with every other one, which takes minutes for so many. What is found is kept while the studio "
                   "runs.")
    return None


def said(work: Work, noun: str) -> str:
    """How far it is, in words; empty before it began."""
    if not work.total:
        return ""
    left = f" · about {words.roughly(work.seconds_left)} left" if work.seconds_left is not None else ""
    return f"{words.number(work.done)} of {words.plural(work.total, noun)}{left}"


def _stop(works: Works, key: Hashable, on_stop: Callable[[], Any]) -> None:
    works.stop(key)
    on_stop()


def _tab() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""
