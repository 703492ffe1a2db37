"""One saved model: what it is, how good it is, and what can be done with it."""

import streamlit as st

from engine import hub, words
from engine.hub import export
from studio import export_job, frame, navigation, server
from studio.errors import guard
from studio.hub_words import facts, primary_metric, python_line
from studio.results_tables import metric, plain, value_text
from studio.run_settings import setting_text
from studio.state import peek, toast


def show(name: str) -> None:
    """The card of the model with that name."""
    card = hub.get(name)
    if st.button("All models", icon=":material/arrow_back:", type="tertiary", key="hub_back"):
        navigation.go("hub")
    frame.heading(plain(card.name), plain(card.description) or "No description yet.", "saved model")
    _toolbar(card)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _metrics(card)
        known = facts(card)
        st.table({"": list(known), " ": [plain(value) for value in known.values()]}, border="horizontal", hide_index=True, hide_header=True,
                 alt=f"Facts about {card.name}")
        _settings(card)
    with right:
        with st.container(border=True):
            st.subheader("Download", anchor=False)
            _download(card)
        _lineage(card)
    with st.expander("For developers", icon=":material/code:"):
        st.code(python_line(card), language="python")


def _metrics(card: hub.Card) -> None:
    first = primary_metric(card)
    if first is None:
        return
    others = [name for name, value in card.metrics.items() if name != first and isinstance(value, int | float)]
    columns = st.columns(3)
    for column, name in zip(columns, [first, *others[:2]], strict=False):
        column.metric(metric(name).label, value_text(name, card.metrics[name]), help=metric(name).help or None)


def _settings(card: hub.Card) -> None:
    if card.settings:
        with st.expander("Settings of its training", icon=":material/tune:"):
            rows = {name.replace("_", " ").capitalize(): setting_text(value) for name, value in card.settings.items() if value is not None}
            st.table({"Setting": list(rows), "Value": list(rows.values())}, border="horizontal", hide_index=True,
                     alt="Settings of its training")


def _download(card: hub.Card) -> None:
    """Looks again by itself while the zip is being made and tried."""
    job = export_job.get(card)
    working = job is not None and job.state == "working"
    st.fragment(_download_now, run_every=1.0 if working else None)(card.name, working)


def _download_now(name: str, working_before: bool) -> None:
    with guard():
        card = hub.get(name)
        job = export_job.get(card)
        working = job is not None and job.state == "working"
        if working != working_before:
            st.rerun()
        if job and working:
            st.button("Preparing", icon="spinner", disabled=True, key="hub_preparing")
            st.caption(f"{plain(job.text)}. The button turns ready once the zip has shown that it gives the same answers.")
        elif job and job.state == "ready" and job.built:
            _ready(card, job.built)
        else:
            if job:
                st.warning(plain(job.hint), title=plain(job.text))
            st.markdown("A zip with the weights, a model card and `predict.py`, which answers a CSV anywhere Python runs.")
            st.button("Prepare the download", icon=":material/inventory:", key="hub_prepare", on_click=_prepare, args=(name,))


def _ready(card: hub.Card, built: "export.Export") -> None:
    st.link_button(f"Download ({words.size(built.size)})", server.offer(built.path, f"{card.name}.zip"), type="primary",
                   icon=":material/download:", key="hub_download")
    st.caption("Unpacked elsewhere and run in a fresh process, it gave the very same answers.")
    st.caption(f"SHA-256 `{built.sha256}`")
    if alone := export.adapters(card.name):
        st.link_button(f"Adapters alone ({words.size(alone.stat().st_size)})", server.offer(alone, f"{card.name}-adapters.zip"),
                       icon=":material/extension:", key="hub_adapters")
        st.caption(f"For whoever has {plain(card.base or 'the base model')} already: what the training added to it, and how to load it.")


def _prepare(name: str) -> None:
    with guard():
        export_job.start(hub.get(name))


def _toolbar(card: hub.Card) -> None:
    with st.container(horizontal=True):
        page = navigation.page_of(card.tasks)
        if page and st.button("Use it", icon=":material/play_arrow:", type="primary", key="hub_use"):
            navigation.go(page, model=card.name)
        with st.popover("Rename", icon=":material/edit:", key="hub_rename"):
            st.text_input("New name", value=card.name, key=f"hub_new_name_{card.name}", help="3 to 100 of a-z, 0-9, - and _.")
            st.button("Rename", key="hub_rename_now", type="primary", on_click=_rename, args=(card.name,))
        with st.popover("Describe", icon=":material/notes:", key="hub_describe"):
            st.text_area("What it is for, and what to know about it", value=card.description, height=140,
                         key=f"hub_description_{card.name}")
            st.button("Keep this", key="hub_describe_now", type="primary", on_click=_describe, args=(card.name,))
        with st.popover("Delete", icon=":material/delete:", key="hub_delete"):
            st.markdown(f"Delete **{plain(card.name)}** for good? This frees about {words.size(card.size_bytes)} of disk.")
            if card.run:
                st.caption("While the run that trained it is kept, the weights stay there and less is freed.")
            st.button("Delete it", key="hub_delete_now", type="primary", icon=":material/delete_forever:", on_click=_delete,
                      args=(card.name,))


def _rename(name: str) -> None:
    with guard():
        card = hub.rename(name, str(peek(f"hub_new_name_{name}", "")).strip())
        st.query_params["model"] = card.name
        toast(f"Renamed to {card.name}.")


def _describe(name: str) -> None:
    with guard():
        hub.set_description(name, str(peek(f"hub_description_{name}", "")).strip())
        toast("The description is kept.")


def _delete(name: str) -> None:
    with guard():
        freed = hub.delete(name)
        del st.query_params["model"]
        toast(f"Deleted {name}; {words.size(freed)} freed.")


def _lineage(card: hub.Card) -> None:
    """Where it comes from, as links."""
    if card.run:
        navigation.link("runs", "The run that trained it", icon=":material/timeline:", run=card.run)
    if card.parent:
        navigation.link("hub", f"Its parent, {plain(card.parent)}", icon=":material/account_tree:", model=card.parent)
