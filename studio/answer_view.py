"""An answer, seen first as a picture, then as text to copy, then as JSON with the line of Python that gives the same.

Which picture is decided by what the answer is (`Task.answer_kind`): one function each, in `_VIEWS`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from engine import words
from engine.tasks import Task
from engine.tasks.answers import details_of
from studio import charts, model_facts, vector_view
from studio.answer_table import as_json, is_vector
from studio.exchange import Exchange
from studio.marking import greyed, marked
from studio.results_tables import plain

COPIED = 20  # labels in the text to copy
LONG = 14  # lines of JSON that are shown without scrolling
FEELINGS = 8  # bars under the first feeling
SURE, DOUBTFUL = 0.7, 0.3  # from here on an answer from a text is sure; below this it is a guess


def show(task: type[Task], found: Exchange, key: str) -> None:
    """The picture of the answers, and who gave them. Where each probability stands for itself, a line marks the middle."""
    independent = task.answer_kind == "probabilities" and model_facts.independent(found.model, bool(found.options.get("labels")))
    _VIEWS[task.answer_kind](found.rows, found.answers, key, independent)
    said = f"{found.model} · {words.duration(found.seconds)}" + (" · stopped" if found.stopped else "")
    st.caption(f"{said} · each label is judged for itself, so the shares need not add up to 100%" if independent else said)


def _probabilities(rows: list[dict[str, Any]], answers: list[Any], key: str, independent: bool) -> None:
    charts.probabilities(answers[0], key=f"{key}_bars", threshold=0.5 if independent else None)
    st.code(as_text(answers[0]), language=None, wrap_lines=True)


def _span(rows: list[dict[str, Any]], answers: list[Any], key: str, independent: bool) -> None:
    details, context = details_of(answers[0]), str(rows[0].get("context") or "")
    if not str(answers[0]).strip() or (details and details.get("start") is None and details.get("score") is not None):
        st.markdown("### The text does not say", help="The model found no answer in the text.")
    else:
        st.markdown(f"### {plain(answers[0])}")
    if (score := details.get("score")) is not None:
        said = "sure" if score >= SURE else "not sure" if score >= DOUBTFUL else "a guess"
        st.caption(f"The model is {said} ({words.percent(score)})" if said != "a guess" else f"This is a guess ({words.percent(score)})")
    if details.get("start") is not None:
        st.markdown(marked(context, [(details["start"], details["end"])], around=700))
    elif context and details.get("score") is None:
        st.caption("These words do not stand in the text.")


def _label(rows: list[dict[str, Any]], answers: list[Any], key: str, independent: bool) -> None:
    details = details_of(answers[0])
    st.markdown(f"### {plain(answers[0])}")
    if also := [label for label in details.get("labels", []) if label != answers[0]]:
        st.caption(f"Also: {plain(', '.join(also))}")
    if shares := details.get("probabilities"):
        charts.probabilities(shares, key=f"{key}_bars", most=FEELINGS, chosen=details.get("labels"))
        if details.get("labels"):
            st.caption("Each feeling has a threshold of its own; those that reach it are coloured and named above.")


def _summary(rows: list[dict[str, Any]], answers: list[Any], key: str, independent: bool) -> None:
    summary, details, source = str(answers[0]), details_of(answers[0]), str(rows[0].get("text") or "")
    spans = [(start, end) for start, end in details.get("unsupported", [])]
    st.markdown(marked(summary, spans, colour="orange"))
    if spans:
        found = ", ".join(dict.fromkeys(summary[start:end] for start, end in spans))
        st.warning(f"Not in the text: {plain(found)}. The model may have made it up.", icon=":material/report:")
    before, after = len(source.split()), len(summary.split())
    st.caption(f"{words.plural(before, 'word')} became {words.number(after)}, {words.percent(after / max(1, before))} of the text")
    if details.get("method") == "extractive":
        st.caption("These are sentences of the text itself, so nothing is made up. In the text:")
        with st.container(height=260, border=False):
            st.markdown(marked(source, [(start, end) for start, end in details["sentences"]]))
    elif details.get("method") == "generated":
        st.caption("Written anew by the model. Numbers and names that the text does not hold are marked; other mistakes are not.")


def _text(rows: list[dict[str, Any]], answers: list[Any], key: str, independent: bool) -> None:
    variants = answers[0] if isinstance(answers[0], list) else [answers[0]]
    prompt = str(rows[0].get("text") or "")
    for place, column in enumerate(st.columns(min(len(variants), 3)) if len(variants) > 1 else [st.container()]):
        with column:
            for number in range(place, len(variants), 3 if len(variants) > 1 else 1):
                if len(variants) > 1:
                    st.caption(f"Variant {number + 1}")
                st.markdown(f"{greyed(prompt)} {marked(variants[number], [])}")
    st.code("\n\n".join(variants), language=None, wrap_lines=True)


def _vector(rows: list[dict[str, Any]], answers: list[Any], key: str, independent: bool) -> None:
    if len(answers) > 1:
        vector_view.several(rows, answers, key)
    else:
        vector_view.one(answers[0], key)


_VIEWS: dict[str, Callable[[list[dict[str, Any]], list[Any], str, bool], None]] = {
    "probabilities": _probabilities, "span": _span, "label": _label, "summary": _summary, "text": _text, "vector": _vector}


def as_text(answer: Any) -> str:
    """The answer as somebody would paste it into a message."""
    if isinstance(answer, Mapping):
        ranked = sorted(answer.items(), key=lambda item: -item[1])[:COPIED]
        return "\n".join(f"{label} {words.percent(share)}" for label, share in ranked)
    return "\n".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def for_developers(task: type[Task], found: Exchange, key: str) -> None:
    """Folded: the JSON and the line of Python that gives the same answer."""
    answers = found.answers
    with st.expander("For developers", icon=":material/code:", key=f"{key}_developers"):
        st.code(python_line(task, found.model, found.rows, found.options), language="python", wrap_lines=True)
        value = answers if len(answers) > 1 else answers[0]
        text = json.dumps(as_json(value), ensure_ascii=False, indent=2 if not is_vector(answers[0]) else None)
        st.code(text, language="json", height="content" if text.count("\n") < LONG and len(text) < 900 else 300, wrap_lines=True)
        if details := details_of(answers[0]):
            st.caption("Its `details`")
            text = json.dumps(as_json(details), ensure_ascii=False, indent=2)
            st.code(text, language="json", height="content" if text.count("\n") < LONG else 300, wrap_lines=True)


def python_line(task: type[Task], model: str, rows: list[dict[str, Any]], options: Mapping[str, Any]) -> str:
    """A call of the task with everything that differs from its defaults."""
    defaults = {field.name: field.default for field in (*task.inputs, *task.options)}
    given = []
    for field in task.inputs:
        values = ["image.jpg" if field.kind == "image" else row.get(field.name) for row in rows]
        value = values[0] if len(values) == 1 else values
        if value not in (None, field.default, [], [None] * len(values)):
            given.append(repr(value) if field.required else f"{field.name}={value!r}")
    given += [f"{name}={value!r}" for name, value in options.items() if value != defaults.get(name)]
    chosen = "" if model == task.default_model else repr(model)
    return f"from engine import {task.__name__}\n\n{task.__name__}({chosen})({', '.join(given)})"
