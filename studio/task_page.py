"""The page of a task, read from its declaration: one item, or a whole file."""

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import Any

import streamlit as st

from engine import words
from engine.errors import StudioError
from engine.fields import Field
from engine.tasks import Task, task_class
from studio import answer_view, charts, file_tab, forms, images, model_facts, model_fetch, model_picker, resources, second_opinion
from studio.errors import Action, guard
from studio.exchange import Exchange
from studio.frame import heading
from studio.marking import marked
from studio.state import peek, put, state, take

WHOLE_FILE = "A whole file"
MOST_ITEMS = 60  # that are compared on the page; more belong into a file
STREAMED = ("text",)  # kinds of answers that are shown while they are written


def show(name: str) -> None:
    """The whole page of the task of that name."""
    task = task_class(name)
    chip = heading(task.title, task.sentence, task.term)
    model = model_picker.chip(task.name, chip)
    noun = task.inputs[0].label.lower()
    tabs = f"{task.page}_tabs"
    if file_tab.is_asked_for() and peek(tabs) is None:
        put(tabs, WHOLE_FILE)
    single, file = st.tabs([_few(task, noun), WHOLE_FILE], key=tabs, on_change="rerun")
    if single.open:
        with single, guard():
            _single(task, model)
    if file.open:
        with file, guard():
            file_tab.show(task, model)


def _several(task: type[Task]) -> bool:
    """Whether the page takes several items: vectors say something only beside others."""
    return task.answer_kind == "vector"


def _few(task: type[Task], noun: str) -> str:
    return f"A few {noun}s" if _several(task) else f"One {noun}"


def _single(task: type[Task], model: str) -> None:
    prefix = f"ask_{task.page}"
    left, right = st.columns([1, 1], gap="large")
    with left:
        _examples(task, prefix)
        own = model_facts.own_labels(model)
        rows = _rows(task, forms.form(task.inputs, prefix, several=_several(task)))
        options = forms.form(model_facts.options(task, model), prefix)
        if own:
            _own_labels(own)
        asked = st.button("Answer", type="primary", icon=":material/play_arrow:", key=prefix) or take(f"{prefix}_now", False)
    with right, st.container(border=True, height="stretch", key=f"{prefix}_answer"):
        with guard(_way_out(task, model)):
            if asked:
                state().answers.pop(task.name, None)
                _check(task, rows)
            if model_fetch.ensure(model, asked, f"{prefix}_now"):
                _ask(task, model, rows, options, prefix)
        _answer(task, prefix, model, rows, options)


def _rows(task: type[Task], given: dict[str, Any]) -> list[dict[str, Any]]:
    """One row, or where the page takes several items one for each."""
    if not _several(task):
        return [given]
    lists = {name: value or [] for name, value in given.items()}
    most = max(map(len, lists.values()), default=0)
    return [{name: values[place] if place < len(values) else None for name, values in lists.items()} for place in range(most)] or [{}]


def _way_out(task: type[Task], model: str) -> Action | None:
    """A model that could not be read or fetched gives way to the one that comes with the studio."""
    if model == task.default_model or resources.is_loaded(model):
        return None
    return Action(f"Use {task.default_model}", model_picker.fall_back, (task.name,), icon=":material/undo:")


def _own_labels(labels: list[str]) -> None:
    shown = ", ".join(charts.shorten(label, 40) for label in labels[:12])
    rest = f" and {words.number(len(labels) - 12)} more" if len(labels) > 12 else ""
    with st.container(gap=None):
        st.caption(f"This model sorts into its own {words.plural(len(labels), 'label')}:")
        st.text(shown + rest)


def _examples(task: type[Task], prefix: str) -> None:
    """One click fills everything in and answers. Several items are one example together."""
    if not task.examples:
        return
    st.caption("Try an example")
    choices = [task.examples] if _several(task) else [(example,) for example in task.examples]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for number, chosen in enumerate(choices, start=1):
            text = _said(chosen[0]) if len(chosen) == 1 else " · ".join(map(_said, chosen))
            with st.container(width="content", gap="xsmall"):
                if pictures := [example["image"] for example in chosen if "image" in example]:
                    st.image([images.picture(one, 72) for one in pictures], alt=[_said({"image": one}) for one in pictures])
                st.button(_start_of(text), key=f"{prefix}_example_{number}", help=_start_of(text, 160),
                          on_click=_fill, args=(task, prefix, chosen))


def _said(example: Mapping[str, Any]) -> str:
    """An example in words: its first text, or the name of its picture."""
    words_of = [value for name, value in example.items() if isinstance(value, str) and name != "image"]
    return words_of[0] if words_of else images.name_of(example["image"])


def _fill(task: type[Task], prefix: str, chosen: tuple[Mapping[str, Any], ...]) -> None:
    """Put the example into the widgets and answer it at once. What it does not say goes back to its default."""
    for field in task.inputs:
        values = [example.get(field.name, field.default) for example in chosen]
        forms.fill(field, prefix, values if _several(task) else values[0])
    for field in task.options:
        if field.name in chosen[0]:
            forms.fill(field, prefix, chosen[0][field.name])
    put(f"{prefix}_now", True)


def _start_of(text: str, most: int = 24) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]}…"


def _ask(task: type[Task], model: str, rows: list[dict[str, Any]], options: dict[str, Any], prefix: str) -> None:
    """Answer, and keep the answers in this tab's state."""
    loaded = resources.is_loaded(model)
    with st.spinner("Answering" if loaded else f"Reading the model {model} for the first time, a few seconds", show_time=not loaded):
        ready = resources.task(task.name, model)
        started = time.monotonic()
        if not (task.answer_kind in STREAMED and options.get("num_generations") == 1):
            answers = ready.answer(rows, **options)
            state().answers[task.name] = Exchange(model, rows, options, answers, time.monotonic() - started)
            return
    kept = state().answers[task.name] = Exchange(model, rows, options, [""], 0.0, stopped=True)
    st.button("Stop", key=f"{prefix}_stop", icon=":material/stop_circle:")  # any click ends this run, and with it the writing
    shown = st.empty()
    try:
        for _ in _kept(ready.stream(rows[0], **options), kept, started):
            shown.markdown(marked(kept.answers[0], []))  # the whole so far: markup could reach over pieces
    except Exception:
        if not kept.answers[0]:
            state().answers.pop(task.name, None)  # refused: there is no answer to keep
        raise
    kept.stopped = False
    st.rerun()


def _kept(pieces: Generator[str, None, None], kept: Exchange, started: float) -> Iterator[str]:
    """The pieces as they come; what came so far is kept even if the reader stops."""
    with closing(pieces):
        for piece in pieces:
            kept.answers[0] += piece
            kept.seconds = time.monotonic() - started
            yield piece


def _check(task: type[Task], rows: list[dict[str, Any]]) -> None:
    for row in rows:
        for field in task.inputs:
            if field.required and not row.get(field.name):
                label = field.label.lower()
                if len(rows) > 1:
                    raise StudioError(f"There are {len(rows)} items, but not each has its {label}.",
                                      f"Give one {label} for each, in the same order.")
                way = "Choose a file" if field.kind == "image" else f"Type or paste {words.a(label)}"
                raise StudioError(f"{field.label} is missing.", f"{way}, or try one of the examples.")
    if len(rows) > MOST_ITEMS:
        raise StudioError(f"{len(rows)} items are too many to be compared here.",
                          f"Give at most {MOST_ITEMS}, or use the tab {WHOLE_FILE}.")


def _answer(task: type[Task], prefix: str, model: str, rows: list[dict[str, Any]], options: dict[str, Any]) -> None:
    found: Exchange | None = state().answers.get(task.name)
    if found is None:
        noun = task.inputs[0].label.lower()
        way = "Choose" if task.inputs[0].kind == "image" else "Type"
        st.markdown(f":gray[The answer will stand here. {way} {words.a(noun)} or try an example, then press Answer.]")
        return
    if (found.model, found.rows, found.options) != (model, rows, options):
        st.caption(":material/history: The answer to what was asked before; press Answer for a new one.")
    answer_view.show(task, found, prefix)
    _go_on(task, prefix, found)
    second_opinion.show(task, found, prefix)
    answer_view.for_developers(task, found, prefix)


def _go_on(task: type[Task], prefix: str, found: Exchange) -> None:
    """Where a task takes earlier pairs, the answer can become one of them: the talk goes on."""
    for field in task.inputs:
        if field.kind == "pairs":
            st.button("Ask a follow-up", key=f"{prefix}_follow", icon=":material/forum:", on_click=_follow,
                      args=(task, prefix, field, found),
                      help="Keeps this question and its answer, so that the next one can refer to them.")


def _follow(task: type[Task], prefix: str, field: Field, found: Exchange) -> None:
    question = task.inputs[0]
    row = found.rows[0]
    put(f"{prefix}_{field.name}", [*(row.get(field.name) or ()), (row[question.name], str(found.answers[0]))])
    put(f"{prefix}_{question.name}", "")
    state().answers.pop(task.name, None)
