"""The model in use, as a chip at a page's top right; a click changes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine import words
from engine.tasks import task_class
from studio.state import forget, peek, put, state

KINDS = {"embedded": "embedded", "yours": "yours", "hub": "Hugging Face hub"}
ICONS = {"embedded": ":material/deployed_code:", "yours": ":material/person:", "hub": ":material/cloud_download:"}
GROUPS = {"embedded": "Comes with the studio", "yours": "Yours, from the hub",
          "hub": "More, fetched from the Hugging Face hub at first use"}


@dataclass(frozen=True)
class Choice:
    """A model that can be picked. kind: "embedded", "yours" or "hub"."""

    name: str
    kind: str
    size_bytes: int | None
    description: str

    @property
    def facts(self) -> str:
        """91 MB · embedded"""
        return " · ".join([*([words.size(self.size_bytes)] if self.size_bytes else []), KINDS[self.kind]])


def choices(task: str) -> list[Choice]:
    """Embedded models first, then the user's own, the newest first, then the catalogue's others. Imports no torch."""
    from engine import hub
    from engine.models.catalogue import PRESETS

    fits = [preset for preset in PRESETS if task in preset.tasks]
    embedded = [Choice(preset.name, "embedded", preset.size_bytes, preset.description) for preset in fits if preset.embedded]
    own = [Choice(card.name, "yours", card.size_bytes, card.description or _trained_on(card)) for card in hub.list(task=task)]
    others = [Choice(preset.name, "hub", preset.size_bytes, f"{preset.description} {', '.join(preset.languages)}; {preset.licence}.")
              for preset in fits if not preset.embedded]
    return [*embedded, *own, *others]


def chip(task: str, place: Any = None) -> str:
    """Draw the chip in `place` (what `frame.heading` returned) and return the name of the model in use.

    The address may name a model (`?model=my-model`); one that is gone gives way to the task's own, and that is said.
    """
    offered = choices(task)
    chosen = _current(task, offered)
    with place if place is not None else st.container():
        with st.popover(f"{chosen.name} · {chosen.facts}", icon=ICONS[chosen.kind], help="The model that answers. Click to change it.",
                        key=f"model_chip_{task}"):
            _list(task, offered, chosen)
    return chosen.name


def _current(task: str, offered: Sequence[Choice]) -> Choice:
    known = {choice.name: choice for choice in offered}
    asked = st.query_params.get("model")
    if asked in known:
        state().models[task] = asked
    name = state().models.get(task)
    if name in known:
        return known[name]
    default = task_class(task).default_model
    if name:
        st.info(f"The model {name} is no longer there, so {default} is used.", icon=":material/info:")
        state().models.pop(task)
    return known.get(default) or Choice(default, "embedded", None, "")


def _list(task: str, offered: Sequence[Choice], chosen: Choice) -> None:
    """One list in three groups; the radio of the other groups shows nothing chosen."""
    for kind, title in GROUPS.items():
        group = [choice for choice in offered if choice.kind == kind]
        if not group:
            continue
        key = f"model_{task}_{kind}"
        names = [choice.name for choice in group]
        put(key, chosen.name if chosen.kind == kind else None)
        st.radio(title, names, key=key, on_change=_choose, args=(task, kind), index=None,
                 captions=[" · ".join(filter(None, [choice.facts, choice.description])) for choice in group])
    if not any(choice.kind == "yours" for choice in offered):
        st.caption("Models that you train and save appear here too.")
    if any(choice.kind == "hub" for choice in offered):
        st.caption("Where the Hugging Face hub cannot be reached, the answer says so, and the embedded model goes on working.")


def _choose(task: str, kind: str) -> None:
    if name := peek(f"model_{task}_{kind}"):
        state().models[task] = name
        if "model" in st.query_params:
            del st.query_params["model"]


def fall_back(task: str) -> None:
    """Go back to the task's embedded model, as the action of an error (`errors.Action`)."""
    state().models.pop(task, None)
    forget(*(f"model_{task}_{kind}" for kind in GROUPS))
    if "model" in st.query_params:
        del st.query_params["model"]


def _trained_on(card: Any) -> str:
    """What an own model without a description is: its base and its data."""
    rows = (card.data or {}).get("rows")
    return " ".join(filter(None, [f"Trained from {card.base}" if card.base else "", f"on {words.plural(rows, 'row')}" if rows else ""]))
