"""The reader's own images before the training: a few of each label, and what changed copies of them look like."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from engine import data
from engine.data import image_archives
from engine.errors import StudioError
from studio import charts, images, resources
from studio.results_tables import plain
from studio.wizard.place import Place

if TYPE_CHECKING:
    from engine.data import Dataset

SHOWN, ACROSS = 24, 8  # images of the gallery, and in a row of it
CHANGED, COPIES = 4, 4  # images whose copies are shown, and copies of each
SMALL = 120  # pixels


def show(place: Place, dataset: "Dataset") -> None:
    """A few images of each label, if there are images."""
    chosen = resources.gallery(place.task, place.chosen_variant.name, dataset.id)
    if not chosen:
        return
    st.markdown("**A few of your images**")
    with st.container(key="wizard_gallery"):
        for start in range(0, len(chosen), ACROSS):
            for column, (picture, said) in zip(st.columns(ACROSS, gap="small"), chosen[start:start + ACROSS], strict=False):
                with column:
                    st.image(picture, caption=plain(charts.shorten(said, 14)), width="stretch")


def copies(place: Place, settings: dict[str, Any]) -> None:
    """What the changed copies look like that the model will learn from."""
    strength = settings.get("augmentation")
    if not strength or strength == "none":
        return
    with st.expander("See what changed copies look like", icon=":material/auto_fix_high:", key="wizard_copies"):
        mirrored = bool(settings.get("mirrored", True))
        for row in resources.changed_copies(place.task, place.chosen_variant.name, place.dataset, str(strength), mirrored):
            for column, (picture, said) in zip(st.columns(COPIES + 1, gap="small"), row, strict=True):
                with column:
                    st.image(picture, caption=said, width="stretch")


def some(task: str, variant: str, dataset: str) -> list[tuple[Any, str]]:
    """(picture, its label) of rows spread over all labels."""
    opened, key, said = _columns(task, variant, dataset)
    if key is None:
        return []
    frame, files = opened.frame(), opened.files()
    rows = list(range(len(frame)))
    if said:  # one of each label, then the next of each
        turn = frame.groupby(said, sort=False).cumcount().to_numpy()
        rows.sort(key=lambda row: (turn[row], row))
    found = []
    for row in rows:
        cell = frame[key].iloc[row]
        picture = _small(image_archives.named(files, cell))
        if picture is not None:
            found.append((picture, str(frame[said].iloc[row]) if said else str(cell)))
        if len(found) == SHOWN:
            break
    return found


def changed(task: str, variant: str, dataset: str, strength: str, mirrored: bool) -> list[list[tuple[Any, str]]]:
    """Rows of the image itself and its copies."""
    from engine.training.images import STRENGTHS, Augmented

    opened, key, _ = _columns(task, variant, dataset)
    if key is None:
        return []
    frame, files = opened.frame(), opened.files()
    step = max(1, len(frame) // CHANGED)
    rows = []
    for cell in frame[key].iloc[::step].head(CHANGED):
        image = image_archives.named(files, cell)
        if _small(image) is not None:
            made = [Augmented(image, seed, STRENGTHS[strength] * (seed + 1) / COPIES, mirrored).opened() for seed in range(COPIES)]
            rows.append([(_small(image), "yours"), *((_small(copy), f"copy {place}") for place, copy in enumerate(made, start=1))])
    return rows


def _columns(task: str, variant: str, dataset: str) -> "tuple[Dataset, str | None, str | None]":
    """The data set, its column of images, and the one that says what they show."""
    from engine.tasks import task_class

    opened, declared = data.open_dataset(dataset), task_class(task).variant(variant)
    named = {column.kind: opened.mapping.get(column.key) for column in reversed(declared.columns)}
    said = next((named[kind] for kind in ("label", "labels", "group", "text") if named.get(kind)), None)
    return opened, named.get("image"), said


def _small(image: Any) -> Any:
    if image is None:
        return None
    try:
        return images.picture(image, SMALL)
    except StudioError:
        return None
