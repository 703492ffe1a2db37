"""Which pages there are, in five groups. A new task costs its line in TASKS and its file in `pages/`, nothing here."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import streamlit as st

from engine.tasks import TASKS

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "pages"


@dataclass(frozen=True)
class Entry:
    """A page in the menu; `file` is its name in `pages/` without the ending."""

    file: str
    title: str
    icon: str
    help: str

    @property
    def path(self) -> Path:
        return PAGES / f"{self.file}.py"


HOME = Entry("home", "Home", ":material/home:", "What can be done here, the latest runs and the latest models.")
TRAIN = (
    Entry("finetune", "Finetune", ":material/school:", "Teach a model your own labels, from a file to a trained model in five steps."),
    Entry("runs", "Runs", ":material/timeline:", "Every run ever started: watch, stop, look at its results, save its model."),
)
KEEP = (Entry("hub", "Hub", ":material/inventory_2:", "The models that you saved: search, rename, download, delete."),)
SEE = (Entry("compare", "Compare", ":material/scatter_plot:", "How alike texts and images are."),)
SETTINGS = Entry("settings", "Settings", ":material/settings:", "Home folder, threads, precision, cache and theme.")


def groups() -> dict[str, list[Entry]]:
    """The menu's groups in order; pages that have no file, and groups left empty, are not in it."""
    asks = [Entry(task.page, task.title, task.icon, task.sentence) for task in TASKS.values()]
    menu = {"": [HOME], "Ask": asks, "Train": list(TRAIN), "Keep": list(KEEP), "See": list(SEE), "Studio": [SETTINGS]}
    there = {group: [entry for entry in entries if entry.path.exists()] for group, entries in menu.items()}
    return {group: entries for group, entries in there.items() if entries}


def pages() -> dict[str, list[Any]]:
    """`groups` as Streamlit's pages, for `st.navigation`."""
    return {group: [st.Page(entry.path, title=entry.title, icon=entry.icon, help=entry.help, url_path=_address(entry),
                            default=entry is HOME) for entry in entries] for group, entries in groups().items()}


def addresses() -> list[str]:
    """The paths of all pages but home, such as "text-classification"."""
    return [path for entries in groups().values() for entry in entries if (path := _address(entry))]


def go(file: str, **query: str) -> NoReturn:
    """Open the page of that file name in `pages/`, with a query such as run="20261122-…"."""
    st.switch_page(PAGES / f"{file}.py", query_params=query or None)


def exists(file: str) -> bool:
    """Whether there is a page of that file name."""
    return (PAGES / f"{file}.py").exists()


def page_of(tasks: Iterable[str]) -> str | None:
    """The file name of the first page among these tasks that exists."""
    return next((TASKS[name].page for name in tasks if name in TASKS and exists(TASKS[name].page)), None)


def link(file: str, label: str, icon: str | None = None, help: str | None = None, **query: str) -> None:
    """A link to the page of that file name in `pages/`; nothing where the page does not exist."""
    if exists(file):
        st.page_link(PAGES / f"{file}.py", label=label, icon=icon, help=help, query_params=query or None)


def _address(entry: Entry) -> str | None:
    return None if entry is HOME else entry.file.replace("_", "-")
