"""Data as the reader sees it: upload, how it was read, first rows, classes, findings."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine import data, paths, words
from studio import charts
from studio.answer_table import free
from studio.errors import Action
from studio.results_tables import plain
from studio.state import peek, put

if TYPE_CHECKING:
    import pandas as pd

    from engine.data import Dataset, Facts, Finding, Fix

ENDINGS = ["csv", "tsv", "txt", "tab", "xlsx", "xls", "ods", "jsonl", "ndjson", "json", "parquet", "zip"]
PREVIEW_ROWS = 50
MOST_EARLIER = 12
PICTURE = 56  # pixels of an image in a table
LEAST_WIDTH, MOST_WIDTH, LETTER = 64, 300, 8  # pixels of a column, and of a letter in it
NAMED_BARS = 24  # more classes than this are drawn without their names
MOST_BARS = 400
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", ":": "colon", " ": "space"}
ENCODINGS = ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "cp1250", "cp1251", "mac_roman", "big5", "gb18030", "cp932"]
LOOKS = {"error": (":material/error:", "red"), "warning": (":material/warning:", "orange"), "note": (":material/info:", "gray")}

Pictures = Sequence[str | None]
Made = TypeVar("Made")


def again(label: str, on_click: Callable[..., Any]) -> Action:
    """The way out of an error: a button that starts over."""
    return Action(label, on_click, icon=":material/undo:")


def stored(file: Any) -> "Dataset":
    """An uploaded table or zip as a data set on disk."""
    return data.Dataset.of(data.store(file, file.name)).save()


def upload(key: str, label: str, endings: Sequence[str] = ENDINGS, keep: "Callable[[Any], Made]" = stored) -> "Made | None":
    """The uploader. What arrives is kept on disk at once (keep: what does that, and gives what it made of it), and the widget's copy
    forgotten."""
    turn = peek(f"{key}_turn", 0)
    with st.container(key=f"{key}_upload"):
        file = st.file_uploader(label, type=list(endings), key=f"{key}_file_{turn}")
    if file is None:
        return None
    with st.spinner(f"Reading {plain(file.name)}"):
        made = keep(file)
    _forget(file)
    put(f"{key}_turn", turn + 1)
    return made


def upload_folder(key: str, label: str) -> "Dataset | None":
    """An uploader for a folder of images, which are kept as one archive."""
    from engine.data import image_archives

    turn = peek(f"{key}_turn", 0)
    with st.container(key=f"{key}_upload"):
        chosen = st.file_uploader(label, type=list(image_archives.ENDINGS), key=f"{key}_file_{turn}", accept_multiple_files="directory")
    if not chosen:
        return None
    with st.spinner(f"Reading {words.plural(len(chosen), 'image')}"), tempfile.TemporaryDirectory(dir=paths.cache()) as folder:
        image_archives.zipped({file.name: file.getvalue() for file in chosen}, Path(folder) / "images.zip")
        dataset = data.Dataset.of(data.store(Path(folder) / "images.zip", f"{words.plural(len(chosen), 'image')}.zip"))
        dataset.save()
    for file in chosen:
        _forget(file)
    put(f"{key}_turn", turn + 1)
    return dataset


def _forget(file: Any) -> None:
    """Drop the session's copy in memory: the file is on disk now, and nothing else bounds what a session holds."""
    context = get_script_run_ctx()
    manager = context.uploaded_file_mgr if context else None
    if context and hasattr(manager, "remove_file"):
        manager.remove_file(session_id=context.session_id, file_id=file.file_id)


def earlier() -> "list[Dataset]":
    """Data that was brought before: the newest state of each upload."""
    found: dict[str, Dataset] = {}
    for dataset in data.list_datasets():
        found.setdefault(f"{dataset.upload.id} {dataset.name}", dataset)
    return list(found.values())[:MOST_EARLIER]


def facts_line(facts: "Facts", rows: int, columns: int) -> str:
    """How the file was read, in one line."""
    delimiter = f"{DELIMITERS.get(facts.delimiter, facts.delimiter)} between cells" if facts.delimiter else None
    parts = [facts.format, facts.encoding, delimiter,
             f"sheet {facts.sheet}" if facts.sheet else None, words.plural(rows, "row"), words.plural(columns, "column"),
             f"header in row {facts.header_row}" if facts.header_row else "no header row"]
    return " · ".join(plain(part) for part in parts if part)


def preview(frame: "pd.DataFrame", key: str, rows: int = 8, pictures: Pictures = ()) -> None:
    """The first rows with their numbers in the file."""
    head = frame.head(PREVIEW_ROWS)
    table(head, key, "The first rows of the file", pictures=pictures, rows=min(rows, max(len(frame), 1)))


def table(frame: "pd.DataFrame", key: str, alt: str, columns: Mapping[str, Any] | None = None, pictures: Pictures = (),
          rows: int | None = None, **more: Any) -> None:
    """Rows as a table that gives each column the room it needs. columns: how some of them are drawn. pictures: data URLs of the rows'
    images, which stand in front. rows: how many are seen without scrolling. more: as `st.dataframe` takes it."""
    drawn = {str(name): st.column_config.TextColumn(width=width) for name, width in widths(frame).items()} | dict(columns or {})
    row = PICTURE + 8 if pictures else 35
    if pictures:
        name = free("picture", set(map(str, frame.columns)))
        drawn[name] = st.column_config.ImageColumn("", width=PICTURE + 24)
        frame = frame.assign(**{name: [*pictures, *[None] * len(frame)][:len(frame)]})[[name, *frame.columns]]
    height: Any = "auto" if rows is None else row * rows + 38
    st.dataframe(frame, key=key, height=height, alt=alt, row_height=row, column_config=drawn, placeholder="–", **more)


def widths(frame: "pd.DataFrame") -> dict[str, int]:
    """Pixels for each column, by its longest cell: a long text leaves room for the columns beside it."""
    found = {}
    for name in frame.columns:
        longest = max([len(str(name)), *(len(str(cell)) for cell in frame[name].head(PREVIEW_ROWS) if cell is not None)])
        found[str(name)] = min(MOST_WIDTH, max(LEAST_WIDTH, longest * LETTER + 24))
    return found


def row_numbers(rows: Iterable[int], most: int = 12) -> str:
    """Rows 4, 17, 23 and more."""
    shown = list(rows)
    text = ", ".join(words.number(row) for row in shown[:most])
    return f"{'Row' if len(shown) == 1 else 'Rows'} {text}{' and more' if len(shown) > most else ''}" if shown else ""


def finding(found: "Finding", key: str, pictures: Pictures = ()) -> "Fix | None":
    """One finding: what, how many, which rows, what it means, and a button for each fix. The fix that was clicked, if any.

    pictures: data URLs of the examples' images.
    """
    icon, colour = LOOKS[found.severity]
    clicked = None
    with st.container(border=True, key=key, gap="small"):
        st.markdown(f":{colour}[{icon}] **{plain(found.title.rstrip('.'))}** :small[:gray[{found.severity}]]")
        st.markdown(plain(found.meaning))
        if found.rows:
            st.caption(row_numbers(found.rows))
        if found.examples:
            import pandas

            with st.expander("Look at them"):
                table(pandas.DataFrame(list(found.examples)), f"{key}_examples", "Rows of the finding", pictures=pictures, hide_index=True)
        if found.advice and found.advice.rstrip(".") not in {fix.label for fix in found.fixes}:
            st.caption(plain(found.advice))
        if found.fixes:
            with st.container(horizontal=True, gap="small"):
                for number, fix in enumerate(found.fixes, start=1):
                    if st.button(plain(fix.label), key=f"{key}_fix_{number}", icon=":material/build:"):
                        clicked = fix
    return clicked


def class_chart(counts: Mapping[str, int], key: str) -> None:
    """Rows per class, the largest first: bars with names while they can be read, else a skyline."""
    import plotly.graph_objects as plotly

    if not counts:
        return
    names, values = list(counts), list(counts.values())
    alt = (f"{words.plural(len(names), 'class', 'classes')}: from {words.plural(max(values), 'row')} for {names[0]} "
           f"down to {words.plural(min(values), 'row')} for {names[-1]}.")
    hover = "%{customdata}: %{value:,} rows<extra></extra>"
    if len(names) <= NAMED_BARS:
        figure = plotly.Figure(plotly.Bar(x=values, y=list(range(len(names))), orientation="h", marker_color=charts.OURS, customdata=names,
                                          hovertemplate="%{customdata}: %{x:,} rows<extra></extra>", text=values, textposition="outside",
                                          cliponaxis=False, width=0.62))
        figure.update_yaxes(tickvals=list(range(len(names))), ticktext=[charts.shorten(name, 34) for name in names], autorange="reversed",
                            automargin=True, showgrid=False, fixedrange=True)
        figure.update_xaxes(visible=False, fixedrange=True, range=[0, max(values) * 1.15])
        height = len(names) * 24 + 20
    else:
        step = -(-len(names) // MOST_BARS)  # of very many classes every so many-th stands for its neighbours
        names_shown, values_shown = names[::step], values[::step]
        figure = plotly.Figure(plotly.Bar(x=list(range(len(names_shown))), y=values_shown, marker_color=charts.OURS,
                                          customdata=names_shown, hovertemplate=hover))
        figure.update_xaxes(visible=False)
        figure.update_yaxes(title="Rows", rangemode="tozero", dtick=1 if max(values) < 6 else None)
        height = 200
    figure.update_layout(height=height, margin={"l": 0, "r": 8, "t": 4, "b": 4}, showlegend=False, bargap=0.15)
    charts.show(figure, key=key, alt=alt, toolbar=False)
    if len(names) > NAMED_BARS:
        st.caption(f"The largest is {plain(names[0])} with {words.plural(values[0], 'row')}, the smallest {plain(names[-1])} with "
                   f"{words.plural(values[-1], 'row')}.")
