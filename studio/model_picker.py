"""The model in use, as a chip at a page's top right; a click changes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine import words
from engine.tasks import task_class
from studio import resources
from studio.charts import shorten
from studio.results_tables import plain
from studio.state import forget, peek, put, state

KINDS = {"embedded": "embedded", "yours": "yours", "hub": "Hugging Face hub"}
ICONS = {"embedded": ":material/deployed_code:", "yours": ":material/person:", "hub": ":material/cloud_download:"}
GROUPS = {"embedded": "Comes with the studio", "yours": "Yours, from the hub",
          "hub": "More, from the Hugging Face hub"}
FETCHED = "It is fetched from the Hugging Face hub at first use, which takes a connection. What comes with the studio works without one."
NAME = 22  # letters of a model's name on the chip


@dataclass(frozen=True)
class Choice:
    """A model that can be picked. kind: "embedded", "yours" or "hub". way: how it learns the task (`engine.training.ways`), empty where
    it cannot.

    A saved model of somebody's own class is not offered to learn: opening it runs its code, which takes a yes that a background run
    cannot ask for.
    here: whether it is on this disk, so that it answers without a connection.
    """

    name: str
    kind: str
    size_bytes: int | None
    description: str
    way: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    here: bool = True

    @property
    def facts(self) -> str:
        """91 MB · embedded"""
        return " · ".join([*([words.size(self.size_bytes)] if self.size_bytes else []), KINDS[self.kind]])

    @property
    def caption(self) -> str:
        """What to know before picking it: what it is good at, its size and languages, its licence, and whether it is here."""
        size = words.size(self.size_bytes) if self.size_bytes else ""
        known = [size, ", ".join(self.languages), self.licence, "on this disk" if self.here else "not on this disk yet"]
        return "  \n".join(filter(None, [plain(self.description), plain(" · ".join(filter(None, known)))]))


def choices(task: str) -> list[Choice]:
    """Embedded models first, then the user's own, the newest first, then the catalogue's others. Imports no torch."""
    from engine import hub
    from engine.models.catalogue import PRESETS

    fits = [preset for preset in PRESETS if task in preset.tasks]
    embedded = [_of_catalogue(preset, task) for preset in fits if preset.embedded]
    others = [_of_catalogue(preset, task) for preset in fits if not preset.embedded]
    return [*embedded, *(_own(card, task) for card in hub.list(task=task)), *others]


def _of_catalogue(preset: Any, task: str) -> Choice:
    from engine.models.catalogue import FAMILIES
    from engine.models.fetching import is_here

    return Choice(preset.name, "embedded" if preset.embedded else "hub", preset.size_bytes, preset.description,
                  FAMILIES[preset.family].learns.get(task, ""), preset.licence, preset.languages, is_here(preset.name))


def _own(card: Any, task: str) -> Choice:
    from engine.models.catalogue import FAMILIES

    family = FAMILIES.get(card.class_name)
    return Choice(card.name, "yours", card.size_bytes, card.description or _trained_on(card), family.learns.get(task, "") if family else "",
                  str((card.details or {}).get("licence") or ""))


def chip(task: str, place: Any = None) -> str:
    """Draw the chip in `place` (what `frame.heading` returned) and return the name of the model in use.

    The address may name a model (`?model=my-model`); one that is gone gives way to the task's own, and that is said.
    """
    offered = choices(task)
    chosen = _current(task, offered)
    if chosen.name != task_class(task).default_model:
        st.query_params["model"] = chosen.name  # so that a reload finds it again
    with place if place is not None else st.container():
        with st.popover(f"{shorten(chosen.name, NAME)} · {chosen.facts}", icon=ICONS[chosen.kind],
                        help=f"{plain(chosen.name)} answers. Click to change it.",
                        key=f"model_chip_{task}"):
            _list(task, offered, chosen)
    return chosen.name


def _current(task: str, offered: Sequence[Choice]) -> Choice:
    known = {choice.name: choice for choice in offered}
    if asked := st.query_params.get("model"):
        state().models[task] = asked
        if asked not in known:
            del st.query_params["model"]
    name = state().models.get(task)
    if name in known:
        return known[name]
    default = task_class(task).default_model
    if name:
        st.info(f"There is no model {plain(name)} here, so {default} is used.", icon=":material/info:")
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
                 captions=[choice.caption for choice in group])
    if used := resources.computing():
        st.caption(f"Answers are computed in {used}. Settings can change that.")
    if not any(choice.kind == "yours" for choice in offered):
        st.caption("Models that you train and save appear here too.")
    if any(choice.kind == "hub" for choice in offered):
        st.caption("What is not on this disk yet is fetched at its first use, which takes a connection. You can stop it.")


def _choose(task: str, kind: str) -> None:
    if name := peek(f"model_{task}_{kind}"):
        state().models[task] = name
        st.query_params.pop("model", None)  # the chip writes the new one


def fall_back(task: str) -> None:
    """Go back to the task's embedded model, as the action of an error (`errors.Action`)."""
    state().models.pop(task, None)
    forget(*(f"model_{task}_{kind}" for kind in GROUPS))
    st.query_params.pop("model", None)


def _trained_on(card: Any) -> str:
    """What an own model without a description is: its base and its data."""
    rows = (card.data or {}).get("rows")
    return " ".join(filter(None, [f"Trained from {card.base}" if card.base else "", f"on {words.plural(rows, 'row')}" if rows else ""]))
