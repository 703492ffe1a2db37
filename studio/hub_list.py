"""The hub's list: every saved model on one line, with search."""

import streamlit as st

from engine import hub, words
from studio import frame, navigation
from studio.hub_words import metric_text
from studio.results_tables import plain
from studio.run_words import task_title, when

PER_PAGE = 20


def show() -> None:
    """Search, then the models, the newest first."""
    total = len(hub.list())
    if not total:
        frame.empty("Models that you train and save are kept here, with what they were trained on and how good they are.",
                    "Train a model", "finetune", icon=":material/school:")
        return
    search = st.text_input("Search", key="hub_search", placeholder="A name, a label, a data set", icon=":material/search:",
                           width=frame.FORM_WIDTH, label_visibility="collapsed", bind="query-params")
    found = hub.list(search=search) if search else hub.list()
    st.caption(words.plural(total, "model") if not search else f"{words.number(len(found))} of {words.plural(total, 'model')}")
    if not found:
        st.markdown("No model has all of these words in its name, description, labels or data.")
        return
    pages = -(-len(found) // PER_PAGE)
    page = st.pagination(pages, key="hub_page") if pages > 1 else 1
    for card in found[(page - 1) * PER_PAGE:page * PER_PAGE]:
        _line(card)


def _line(card: hub.Card) -> None:
    with st.container(border=True):
        name, metric, size, made, use = st.columns([6, 2, 2, 2, 1.6], vertical_alignment="center")
        with name:
            if st.button(f"**{plain(card.name)}**", type="tertiary", key=f"hub_open_{card.name}"):
                navigation.go("hub", model=card.name)
            about = [", ".join(task_title(task) for task in card.tasks), card.description]
            st.caption(plain(" · ".join(filter(None, about))))
        metric.markdown(metric_text(card) or "–")
        size.markdown(words.size(card.size_bytes))
        made.markdown(when(card.created))
        with use:
            if page := navigation.page_of(card.tasks):
                navigation.link(page, "Use it", icon=":material/play_arrow:", model=card.name)
