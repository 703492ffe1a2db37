"""The settings page's parts: preferences, the cache, what is where, versions."""

import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import streamlit as st

from engine import paths, preferences, words
from studio import forms, resources
from studio.errors import guard
from studio.frame import FORM_WIDTH
from studio.results_tables import plain
from studio.state import forget, peek, put, toast

PREFIX = "settings"
SHOWN_VERSIONS = ("streamlit", "torch", "transformers", "sentence-transformers", "pytorch-lightning", "plotly", "sqlalchemy")


def computing() -> None:
    """Threads, precision and the cache's size: drawn from their declaration, saved together."""
    now = preferences.read()
    saved = asdict(now)
    with st.container(width=FORM_WIDTH):
        values = forms.form(preferences.Preferences.declared(), PREFIX, defaults=_followed(saved), empty="chosen automatically")
        changed = {name: values[name] for name, value in saved.items() if values[name] != value}
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Save", type="primary", key="settings_save", disabled=not changed, on_click=_save, args=(changed,))
            st.button("Back to the defaults", key="settings_defaults", type="tertiary", disabled=now == preferences.Preferences(),
                      on_click=_defaults)
    used = resources.computing()
    st.caption("Runs and answers that start after it use what is saved. "
               + (f"Just now answers are computed in **{used}**." if used else "What that comes to is shown here after the first answer."))


def _followed(saved: dict[str, Any]) -> dict[str, Any]:
    """What the fields start from. One that nobody touched in this tab follows what another tab saved; one that may be empty is filled by
    its state, as a default would come back whenever the reader empties it."""
    defaults = asdict(preferences.Preferences())
    before = peek(f"{PREFIX}_before", defaults)
    for name, value in saved.items():
        key = f"{PREFIX}_{name}"
        if value != before[name] and peek(key, before[name]) == before[name]:
            put(key, value) if defaults[name] is None else forget(key)
    put(f"{PREFIX}_before", saved)
    return {name: None if defaults[name] is None else value for name, value in saved.items()}


def memory() -> None:
    """The models that are loaded, with their sizes, and the buttons that let go of them."""
    held = resources.loaded_models()
    if not held:
        st.markdown("No model is loaded. The first answer loads one and keeps it for the next.")
        return
    total = words.size(sum(model.size_bytes for model in held))
    st.markdown(f"{words.plural(len(held), 'model')} in memory, **{total}** of at most {words.size(resources.model_budget())}. "
                "Those used longest ago make room when another one needs it.")
    for model in held:
        with st.container(horizontal=True, vertical_alignment="center", width=FORM_WIDTH):
            st.markdown(f"**{plain(model.name)}** · {words.size(model.size_bytes)} · {plain(model.device)}")
            st.button("Unload", key=f"settings_unload_{model.name}_{model.device}", icon=":material/eject:", on_click=_unload,
                      args=(model.name,), help=f"Let go of {plain(model.name)}. The next answer reads it from the disk again.")


def cache() -> None:
    """How full it is, and the button that empties it."""
    size = preferences.cache_size()
    with st.container(horizontal=True, vertical_alignment="center"):
        held = f"The cache holds **{words.size(size)}**." if size else "The cache is empty."
        st.markdown(f"{held} It keeps features and exports, which are made again when they are needed.", width="content")
        st.button("Clear the cache", key="settings_clear", icon=":material/mop:", disabled=size == 0, on_click=_clear)


def appearance() -> None:
    """The theme is the browser's to keep; what is in use, and where it is changed."""
    kind = st.context.theme.type
    said = f"The {kind} theme is in use. " if kind else ""
    st.markdown(f"{said}It follows your system. To choose light or dark yourself, open the menu :material/more_vert: at the top right, "
                "then Settings.")


def places() -> None:
    """What lies where, and how to move it."""
    home = paths.home()
    st.code(str(home), language=None, wrap_lines=True)
    st.markdown("Everything that the studio keeps lies in this folder: uploads, runs, models, the database. To use another one, set the "
                "environment variable `STUDIO_HOME` before the start.")


def versions() -> None:
    """What a colleague asks for first; read from what is installed, nothing is imported."""
    found = {"Python": platform.python_version(), "System": f"{platform.system()} {platform.release()}",
             "Processors": str(preferences.processors())}
    for name in SHOWN_VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    st.table({"What": list(found), "Version": [plain(value) for value in found.values()]}, border="horizontal", hide_index=True,
             alt="Versions", width=FORM_WIDTH)


def _save(changed: dict[str, Any]) -> None:
    """Only what was changed here: another tab may have saved the rest meanwhile."""
    with guard():
        preferences.write(preferences.Preferences(**asdict(preferences.read()) | changed))
        preferences.apply()
        freed = preferences.trim_cache()
        toast("Saved." + (f" {words.size(freed)} of the cache freed." if freed else ""))


def _defaults() -> None:
    with guard():
        preferences.write(preferences.Preferences())
        preferences.apply()
        forget(*(f"{PREFIX}_{field.name}" for field in preferences.Preferences.declared()))
        toast("Back to the defaults.")


def _unload(model: str) -> None:
    with guard():
        resources.unload(model)
        toast(f"{model} is unloaded.")


def _clear() -> None:
    with guard():
        toast(f"{words.size(preferences.clear_cache())} freed.")
