"""Step 3: what is in the data that hurts the training? Findings with their fixes; errors must be put right first."""

import streamlit as st

from engine import data, words
from studio import data_view, resources
from studio.results_tables import plain
from studio.wizard import doubts, gallery
from studio.wizard import place as places
from studio.wizard.place import Place


def said(place: Place) -> str:
    report = resources.report(place.dataset, place.task, place.chosen_variant.name)
    fixes = len(data.open_dataset(place.dataset).fixes)
    left = sum(found.severity != "note" for found in report.findings)
    parts = [_counted(report)]
    parts += [f"{words.plural(fixes, 'fix', 'fixes')} applied"] if fixes else []
    parts += [f"{words.plural(left, 'finding')} left as found"] if left else []
    return ", ".join(parts)


def draw(place: Place) -> None:
    with st.spinner("Looking through the rows"):
        report = resources.report(place.dataset, place.task, place.chosen_variant.name)
    dataset = data.open_dataset(place.dataset)
    st.markdown(_head(report))
    if dataset.fixes:
        _applied(place, dataset)
    for number, found in enumerate(report.findings, start=1):
        if fix := data_view.finding(found, f"wizard_finding_{found.kind}_{number}", _pictures(place, dataset, found)):
            places.go(place, dataset=dataset.with_fix(fix).save().id)
    if report.rows:
        gallery.show(place, dataset)
        if report.ready:
            doubts.show(place, dataset)
    if report.classes:
        st.markdown("**Rows in each class**")
        data_view.class_chart(report.classes, key="wizard_classes")
    if not report.ready:
        st.caption(":material/error: Put what is marked as an error right first: use a fix above, or change the data.")
    with st.container(horizontal=True):
        if not report.ready and st.button("Change the data", key="wizard_check_back", type="primary", icon=":material/edit:"):
            places.go(place, "data")
        if st.button("Go on to the model", key="wizard_check_next", type="primary", disabled=not report.ready):
            places.go(place, "method")


def _pictures(place: Place, dataset: "data.Dataset", found: "data.Finding") -> "data_view.Pictures":
    """The images of the finding's examples, small."""
    name = next((dataset.mapping.get(column.key) for column in place.chosen_variant.columns if column.kind == "image"), None)
    cells = tuple(str(row.get(name, "")) for row in found.examples) if name else ()
    return resources.thumbnails(dataset.id, cells, data_view.PICTURE) if cells else []


def _head(report: "data.Report") -> str:
    worth = [found for found in report.findings if found.severity != "note"]
    rows = f"Looked through {_counted(report)}."
    if not worth:
        return f"{rows} Nothing stands in the way."
    return f"{rows} {words.plural(len(worth), 'finding')} worth a look; what matters most comes first."


def _counted(report: "data.Report") -> str:
    """306 rows in 8 classes"""
    rows = words.plural(report.rows, "row")
    return f"{rows} in {words.plural(len(report.classes), 'class', 'classes')}" if report.classes else rows


def _applied(place: Place, dataset: "data.Dataset") -> None:
    with st.container(border=True, gap="small", key="wizard_applied"):
        for fix in dataset.fixes:
            st.markdown(f":material/check: {plain(fix.label)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            undone = st.button("Undo the last", key="wizard_undo", icon=":material/undo:")
            st.caption("Your upload itself is never changed.")
    if undone:
        places.go(place, dataset=dataset.undo().save().id)
