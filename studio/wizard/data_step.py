"""Step 2: where the rows come from, how the file was read, and which column is what."""

from typing import TYPE_CHECKING

import streamlit as st

from engine import data, words
from engine.errors import StudioError
from studio import data_view, reading, resources
from studio.results_tables import plain
from studio.wizard import place as places
from studio.wizard import sample, schema
from studio.wizard.place import Place

if TYPE_CHECKING:
    import pandas as pd

    from engine.data import Dataset

UPLOAD, SAMPLE, EARLIER = "Upload a file", "Bundled sample", "Earlier data"
TABLE = "A table with one row for each example: CSV, TSV, Excel, JSON lines or Parquet"
IMAGES = "A zip of images: in folders named after their labels, or with a table that names each image"


def said(place: Place) -> str:
    dataset = data.open_dataset(place.dataset)
    columns = ", ".join(f"{plain(name)} as {key}" for key, name in dataset.mapping.items())
    return f"{plain(dataset.name)} · {columns}"


def draw(place: Place) -> None:
    if not place.dataset:
        _choose(place)
        return
    try:
        dataset = data.open_dataset(place.dataset)
        frame = resources.rows(dataset.id)
    except StudioError:
        st.button("Choose other data", key="wizard_other", on_click=_other, args=(place,))
        raise
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/description: **{plain(dataset.name)}** · {words.size(dataset.upload.size)}", width="content")
        st.button("Choose other data", key="wizard_other", type="tertiary", on_click=_other, args=(place,))
    reading.show(dataset, frame, "wizard", lambda changed: places.go(place, dataset=changed.id))
    data_view.preview(frame, key="wizard_preview", rows=5, pictures=_pictures(place, dataset, frame))
    variant, dataset = schema.show(place, dataset, frame)
    if st.button("Go on to the check", key="wizard_data_next", type="primary"):
        data.check_mapping(frame, variant, dataset.mapping)
        places.go(place, "check", dataset=dataset.id, variant=schema.variant_name(place, variant))
    places.write(places.changed(place, dataset=dataset.id, variant=schema.variant_name(place, variant)))


def _looks(place: Place) -> bool:
    """Whether the chosen kind of rows holds images."""
    return any(column.kind == "image" for column in place.chosen_variant.columns)


def _pictures(place: Place, dataset: "Dataset", frame: "pd.DataFrame") -> "list[str | None]":
    """The images of the first rows, small."""
    if not _looks(place) or not (name := image_column(dataset, frame)):
        return []
    cells = tuple(str(cell) for cell in frame[name].head(data_view.PREVIEW_ROWS))
    return resources.thumbnails(dataset.id, cells, data_view.PICTURE)


def image_column(dataset: "Dataset", frame: "pd.DataFrame") -> str | None:
    """The column that names images of the upload."""
    files = dataset.files()
    return next((str(name) for name in frame.columns if frame[name].head(50).isin(list(files)).any()), None) if files else None


def _choose(place: Place) -> None:
    earlier = data_view.earlier()
    sources = [UPLOAD, *([SAMPLE] if place.task_class.sample else []), *([EARLIER] if earlier else [])]
    source = st.segmented_control("Where the rows come from", sources, default=place.source if place.source in sources else UPLOAD,
                                  required=True, key="wizard_source")
    place = places.changed(place, source="" if source == UPLOAD else source or "")
    places.write(place)
    if source == SAMPLE and place.task_class.sample:
        bundled = place.task_class.sample
        st.markdown(bundled.sentence)
        st.caption(f"Licence: {bundled.licence}.")
        if st.button("Use the sample", key="wizard_sample", type="primary"):
            places.go(place, source="", dataset=sample.prepare(place.task_class)["dataset"])
    elif source == EARLIER:
        names = {dataset.id: f"{dataset.name} · {words.size(dataset.upload.size)}" for dataset in earlier}
        chosen = st.selectbox("Data that you brought before", list(names), format_func=names.__getitem__, key="wizard_earlier")
        if st.button("Use it", key="wizard_earlier_use", type="primary") and chosen:
            places.go(place, source="", dataset=chosen)
    else:
        stored = data_view.upload("wizard", IMAGES if _looks(place) else TABLE)
        if not stored and _looks(place):
            stored = data_view.upload_folder("wizard_folder", "Or a folder of images from this computer, one folder for each label")
        if stored:
            places.go(place, dataset=stored.id)
        st.caption("It is copied to the studio's folder on this machine and never changed.")


def _other(place: Place) -> None:
    places.write(places.changed(place, step="data", dataset=""))
