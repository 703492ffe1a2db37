"""The schema as a table: our key, what it means, an example, and the reader's own column; made from the variant's declaration."""

from typing import TYPE_CHECKING

import streamlit as st

from engine import data, words
from engine.data import cleaning, joining
from engine.tasks import Column, Variant
from studio import charts, resources
from studio.errors import guard
from studio.results_tables import plain
from studio.state import peek, put
from studio.wizard import place as places
from studio.wizard.place import Place

if TYPE_CHECKING:
    import pandas as pd

    from engine.data import Dataset

WIDTHS = [2, 4, 4, 4]
KINDS = {"text": "text", "label": "one label", "labels": "labels", "score": "number", "group": "group", "image": "image", "pairs": "pairs"}
SEPARATORS = {"|": "vertical bar", ";": "semicolon", ",": "comma", "/": "slash", "[]": "a list in brackets"}
FOUND = "as found"
SPREAD = {"labels": "A column for each label, with 1, yes or x where it fits.",
          "pairs": "Earlier questions and answers side by side: choose a question, its answer, the next question, and so on."}


def show(place: Place, dataset: "Dataset", frame: "pd.DataFrame") -> "tuple[Variant, Dataset]":
    """Choose the variant and the columns; the data set with them, saved."""
    variant = _variant(place)
    st.markdown("**Which column is what?**")
    with st.container(key="wizard_schema", gap="small", border=True):
        _head()
        guessed = resources.guess(dataset.id, place.task, variant.name)
        mapping = {column.key: _row(column, frame, guessed[column.key], variant, place) for column in variant.columns}
        separator = _separator(variant, dataset, frame, mapping)
    changed = dataset.with_mapping(mapping, separator)
    return variant, changed if changed.id == dataset.id else changed.save()


def variant_name(place: Place, variant: Variant) -> str:
    """Empty for the default one, so that the address stays short."""
    return "" if variant is place.task_class.variants[0] else variant.name


def _variant(place: Place) -> Variant:
    variants = {variant.name: variant for variant in place.task_class.variants}
    if len(variants) == 1:
        return next(iter(variants.values()))
    chosen = st.segmented_control("How many labels does a row have?" if _has_labels(place) else "Kind", list(variants),
                                  format_func=lambda name: variants[name].label, default=place.chosen_variant.name, required=True,
                                  key="wizard_variant")
    variant = variants[chosen or place.chosen_variant.name]
    st.caption(variant.help)
    _another(place, variant)
    return variant


def _another(place: Place, chosen: Variant) -> None:
    """Where the file looks like another kind of rows than the chosen one, say so."""
    kinds = {column.kind for column in chosen.columns}
    spread = [(variant, resources.spread(place.dataset, place.task, variant.name, column.key)) for variant in place.task_class.variants
              for column in variant.columns if column.kind in joining.JOINS and column.kind not in kinds]
    for variant, found in spread:
        if found:
            with st.container(horizontal=True, vertical_alignment="center", key="wizard_another"):
                st.markdown(f":material/lightbulb: {words.plural(len(found), 'column')} of this file hold only yes or no, as if there were "
                            "one for each label.", width="content")
                st.button(f"Take “{variant.label}”", key="wizard_another_go", on_click=put, args=("wizard_variant", variant.name))


def _has_labels(place: Place) -> bool:
    return any(column.kind in ("label", "labels") for variant in place.task_class.variants for column in variant.columns)


def _head() -> None:
    for place, title in zip(st.columns(WIDTHS), ("Needed", "What it is", "For example", "Your column"), strict=True):
        place.markdown(f":small[:gray[{title}]]")


def _row(column: Column, frame: "pd.DataFrame", guessed: str | None, variant: Variant, place: Place) -> str | None:
    names = [str(name) for name in frame.columns]
    key, meaning, example, own = st.columns(WIDTHS, vertical_alignment="top")
    key.markdown(f"`{column.key}`" + ("" if column.required else "  \n:small[:gray[optional]]"))
    meaning.markdown(f"{plain(column.help)} :small[:gray[({KINDS[column.kind]})]]")
    example.markdown(f"*{plain(column.example)}*")
    box = f"wizard_column_{variant.name}_{column.key}"
    with own:
        chosen = st.selectbox(column.label, names, index=names.index(guessed) if guessed in names else None, label_visibility="collapsed",
                              key=box, placeholder="Choose a column")
        if chosen is not None:
            st.caption(f"First: {plain(charts.shorten(_first(frame, chosen), 60))}")
        if column.kind in joining.JOINS:
            _spread(column, variant, frame, chosen, box, place)
    return chosen


def _spread(column: Column, variant: Variant, frame: "pd.DataFrame", chosen: str | None, box: str, place: Place) -> None:
    """Where it stands in several columns, these are made one: a fix, which the next step undoes."""
    found = resources.spread(place.dataset, place.task, variant.name, column.key)
    if found and (chosen is None or chosen in found):
        st.caption(f":material/lightbulb: {words.plural(len(found), 'column')} of this file look like it.")
    with st.popover("Join columns", key=f"{box}_spread_{place.dataset}", type="tertiary"):  # closed again once they are joined
        st.markdown(SPREAD[column.kind])
        st.multiselect("Columns", [str(name) for name in frame.columns], default=found, key=f"{box}_parts")
        st.button("Join them into one", key=f"{box}_join", type="primary", on_click=_join, args=(column, box, place))


def _join(column: Column, box: str, place: Place) -> None:
    with guard():
        dataset = data.open_dataset(place.dataset)
        fix = joining.joining(dataset.frame(), column, [str(name) for name in peek(f"{box}_parts", [])])
        places.write(places.changed(place, dataset=dataset.with_fix(fix).save().id))
        put(box, fix.arguments["into"])


def _first(frame: "pd.DataFrame", name: str) -> str:
    filled = frame[name].dropna()
    return " ".join(str(filled.iloc[0]).split()) if len(filled) else "nothing, the column is empty"


def _separator(variant: Variant, dataset: "Dataset", frame: "pd.DataFrame", mapping: dict[str, str | None]) -> str | None:
    """The sign between several labels in one cell; None where it is found by looking."""
    column = next((column for column in variant.columns if column.kind == "labels"), None)
    name = mapping.get(column.key) if column else None
    if name is None:
        return None
    found = cleaning.guess_separator(frame[name])
    options = [FOUND, *SEPARATORS]
    index = options.index(dataset.separator) if dataset.separator in options else 0
    said = f"{SEPARATORS.get(found, found)}, as found" if found else "nothing, as found"
    chosen = st.selectbox("Between the labels in a cell", options, index=index, key=f"wizard_separator_{found}", width=300,
                          format_func=lambda sign: said if sign == FOUND else SEPARATORS[sign])
    return None if chosen == FOUND else chosen
