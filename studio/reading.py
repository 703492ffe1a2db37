"""How the file was read: said in one line, changed in a fold."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from studio import data_view
from studio.results_tables import plain

if TYPE_CHECKING:
    import pandas as pd

    from engine.data import Dataset, Facts

FOUND, FIRST, NONE, OTHER = "as found", "the first row", "there is none", "another row"


def show(dataset: "Dataset", frame: "pd.DataFrame", prefix: str, changed: "Callable[[Dataset], None]") -> None:
    """The facts, what is odd, and the fold in which encoding, delimiter, header and sheet are changed.

    prefix: makes the widgets' keys unique. changed: is given the data set as it is to be read now.
    """
    facts = dataset.facts
    st.caption(f"Read as {data_view.facts_line(facts, *frame.shape)}")
    for note in facts.notes:
        st.caption(f":material/info: {plain(note)}")
    if not (facts.encoding or len(facts.sheets) > 1 or _may_have_header(facts)):
        return  # it can be read in one way only
    with st.expander("Read it differently", icon=":material/tune:", key=f"{prefix}_reading"):
        wanted = _options(dataset, facts, prefix)
    if wanted != dataset.options:
        changed(dataset.with_options(**{name: wanted.get(name) for name in ("encoding", "delimiter", "header", "sheet")}).save())


def _options(dataset: "Dataset", facts: "Facts", prefix: str) -> dict[str, Any]:
    wanted = dict(dataset.options)
    left, right = st.columns(2)
    if facts.encoding:
        with left:
            wanted["encoding"] = _select("Encoding", dataset, prefix, "encoding", facts.encoding, data_view.ENCODINGS)
    if facts.delimiter:
        with right:
            wanted["delimiter"] = _select("Between cells", dataset, prefix, "delimiter", facts.delimiter, list(data_view.DELIMITERS),
                                          data_view.DELIMITERS)
    if len(facts.sheets) > 1:
        with left:
            wanted["sheet"] = _select("Sheet", dataset, prefix, "sheet", facts.sheet, list(facts.sheets))
    if _may_have_header(facts):
        wanted["header"] = _header(dataset, facts, prefix, left, right)
    return {name: value for name, value in wanted.items() if value is not None}


def _may_have_header(facts: "Facts") -> bool:
    """Whether a first row may be one: not where columns have names of their own, nor in a zip of images alone."""
    if facts.format.lower() in ("parquet", "json", "jsonl", "json lines"):
        return False
    return facts.format != "zip" or bool(facts.encoding or facts.sheets or facts.header_row)


def _select(label: str, dataset: "Dataset", prefix: str, name: str, found: Any, known: list[Any],
            names: dict[Any, str] | None = None) -> Any:
    """None while it is left as found."""
    given = dataset.options.get(name)
    options = [FOUND, *dict.fromkeys([value for value in (given, *known) if value is not None])]
    said = f"{(names or {}).get(found, found)}, found" if given is None else FOUND
    chosen = st.selectbox(label, options, index=options.index(given or FOUND), key=f"{prefix}_read_{name}",
                          format_func=lambda value: said if value == FOUND else (names or {}).get(value, str(value)))
    return None if chosen == FOUND else chosen


def _header(dataset: "Dataset", facts: "Facts", prefix: str, left: Any, right: Any) -> bool | int | None:
    chosen = dataset.options.get("header")
    kinds = [FOUND, FIRST, NONE, OTHER]
    now = FOUND if chosen is None else FIRST if chosen is True else NONE if chosen is False else OTHER
    with left:
        kind = st.selectbox("Header", kinds, index=kinds.index(now), key=f"{prefix}_read_header")
    if kind != OTHER:
        return {FOUND: None, FIRST: True, NONE: False}[kind or FOUND]
    with right:
        row = st.number_input("Row of the header", min_value=1, max_value=200, key=f"{prefix}_read_header_row",
                              value=chosen if isinstance(chosen, int) and not isinstance(chosen, bool) else facts.header_row or 1)
    return int(row)
