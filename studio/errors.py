"""How an error looks: what happened and what to do about it; never a traceback in the page."""

import logging
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from typing import Any

import streamlit as st

from engine import paths
from engine.errors import Stopped, StudioError

_LOG = logging.getLogger("engine.studio")


@dataclass(frozen=True)
class Action:
    """A button that does what the hint says."""

    label: str
    on_click: Callable[..., Any]
    args: tuple[Any, ...] = ()
    icon: str | None = None


@contextmanager
def guard(action: Action | None = None) -> Iterator[None]:
    """Show what goes wrong inside, as `with guard():` or `@guard()`; the page goes on after it.

    Streamlit's own control flow (rerun, stop, switch page) derives from BaseException and passes through.
    """
    try:
        yield
    except Stopped:
        st.info("Stopped.", icon=":material/stop_circle:")
    except StudioError as error:
        show(error, action)
    except MemoryError:
        show(StudioError("The memory of this machine was not enough for that.", "Try fewer rows, a smaller batch, or a smaller model."))
    except Exception as error:
        show_unexpected(error)


def show(error: StudioError, action: Action | None = None) -> None:
    """A StudioError as a box: what happened, what to do, and optionally a button that does it."""
    if error.hint:
        st.error(_plain(error.hint), title=_plain(error.message), icon=":material/error:")
    else:
        st.error(_plain(error.message), icon=":material/error:")
    if action:
        st.button(action.label, on_click=action.on_click, args=action.args, icon=action.icon)


def show_unexpected(error: BaseException) -> None:
    """A bug: a short id in the page, the traceback under that id in the log."""
    identity = record(error)
    st.error(f"It was written to the log under the number {identity}. Nothing that was saved is lost; reload the page to go on.",
             title="Something went wrong in the studio itself.", icon=":material/error:")
    with st.expander("Details for a colleague"):
        st.text(f"{type(error).__name__}, number {identity}, Python {sys.version.split()[0]}.\nThe full account is in the file studio.log "
                "in the folder logs of the home folder (see Settings).")


def script_failed(error: Exception) -> bool:
    """`st.App`'s hook for what no guard caught, such as an error in a widget's callback; True hides Streamlit's own box."""
    show(error) if isinstance(error, StudioError) else show_unexpected(error)
    return True


def record(error: BaseException) -> str:
    """Write the traceback to the log and return its short id."""
    identity = secrets.token_hex(3)
    _handler()
    _LOG.error("%s %s", identity, error, exc_info=error)
    return identity


def _handler() -> None:
    """One rotating file in the home folder in use now (tests move the home folder)."""
    file = paths.logs() / "studio.log"
    for handler in _LOG.handlers[:]:
        if isinstance(handler, RotatingFileHandler) and handler.baseFilename != str(file):
            _LOG.removeHandler(handler)
            handler.close()
    if not any(isinstance(handler, RotatingFileHandler) for handler in _LOG.handlers):
        handler = RotatingFileHandler(file, maxBytes=2_000_000, backupCount=3, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        _LOG.addHandler(handler)


def _plain(text: str) -> str:
    """Text that Markdown must not read: a user's file or label name may hold anything."""
    parts = text.split("`")
    for place in range(0, len(parts), 2):  # what stands between two backticks is read as it is
        for sign in "\\[]*_<$~:#":
            parts[place] = parts[place].replace(sign, "\\" + sign)
    return "`".join(parts)
