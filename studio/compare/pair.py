"""The tab Pair: two items side by side, how alike they are, what that means here, and what made it."""

from typing import Any

import numpy as np
import streamlit as st

from studio import charts, images, marking, resources
from studio.compare import items, moves, said
from studio.compare import place as places
from studio.compare.collection import Collection
from studio.errors import guard
from studio.results_tables import plain
from studio.state import peek

SHARE = 0.35  # of the strongest word's part, from which a word is marked
LEAST = 0.003  # of the cosine, below which nothing is said to have made it
LETTERS = 4_000  # of a text that is shown with its marks
BARS = 40
NARROWEST = 0.01  # of the cosines that are drawn


def draw(collection: Collection) -> None:
    """Pick two, see them, their cosine among those of random pairs, and what made it."""
    if len(collection) < 2:
        st.markdown(":gray[Two items at least are needed to look at a pair.]")
        return
    first, second = _picked(collection)
    places.change(pair=(collection.number(first), collection.number(second)))
    cosine = float(np.clip(collection.index.vectors[first] @ collection.index.vectors[second], -1, 1))
    percentile = collection.index.percentile(cosine)
    number, picture = st.columns([2, 3], gap="large", vertical_alignment="center")
    with number:
        st.metric("Cosine", f"{cosine:.3f}", help=said.EXPLAINED)
        if first == second:
            st.markdown("This is one and the same item.")
        else:
            st.markdown(f"**{said.meaning(percentile)}**: {said.closer(percentile)} of this data.")
        if note := said.caveat(collection.index):
            st.caption(note)
    with picture:
        _among_others(collection, cosine)
    explained = f"compare_why_{collection.key}_{first}_{second}"
    left, right = st.columns(2, gap="large")
    wanted = bool(peek(explained))
    for side, own, other in ((left, first, second), (right, second, first)):
        with side.container(border=True, height="stretch"), guard():
            if wanted:
                _explained(collection, own, other)
            else:
                items.item(collection, own, LETTERS)
    if collection.brought:
        st.caption("Which words or parts made them alike can be shown when a model computes the vectors.")
        return
    st.toggle("Show what made them alike", key=explained,
              help="Each word, or each part of an image, is left out once: the more the cosine falls, the more it did.")


def _picked(collection: Collection) -> tuple[int, int]:
    known = [collection.position(number) for number in places.read().pair]
    default = [place for place in known if place is not None]
    if len(default) < 2:
        nearest = collection.index.neighbours(0, 1)
        default = [0, nearest[0].position if nearest else 1]
    left, right = st.columns(2, gap="large")
    with left:
        first = items.pick(collection, "One", moves.PAIR[0], default[0])
    with right:
        second = items.pick(collection, "The other", moves.PAIR[1], default[1])
    return first, second


def _among_others(collection: Collection, cosine: float) -> None:
    """Where this cosine lies among those of random pairs."""
    import plotly.graph_objects as plotly

    pairs = collection.index.random_pairs
    low, high = min(float(pairs[0]), cosine), max(float(pairs[-1]), cosine)
    counts, edges = np.histogram(pairs, bins=BARS, range=(low, max(high, low + NARROWEST)))
    middles = (edges[1:] + edges[:-1]) / 2
    figure = plotly.Figure(plotly.Bar(x=middles, y=counts, marker_color=charts.BASELINE, width=(edges[1] - edges[0]) * 0.9,
                                      hovertemplate="%{x:.2f}: %{y:,} pairs<extra></extra>"))
    figure.add_vline(x=cosine, line_color=charts.OURS, line_width=3, annotation_text="this pair", annotation_position="top",
                     annotation_font_color=charts.ink())
    figure.update_yaxes(visible=False, fixedrange=True)
    figure.update_xaxes(title="Cosines of random pairs of this data", fixedrange=True, showgrid=False)
    figure.update_layout(height=170, margin={"l": 0, "r": 0, "t": 24, "b": 0}, showlegend=False)
    charts.show(figure, key="compare_among", toolbar=False,
                alt=f"Cosines of random pairs from {low:.2f} to {high:.2f}; this pair at {cosine:.2f}.")


def _explained(collection: Collection, own: int, other: int) -> None:
    """The item with what it has in common with the other marked."""
    from engine.similarity import occlusion

    task = resources.task(collection.task.name, collection.model)
    row, vector = collection.row(own), collection.index.vectors[other]
    for field in collection.task.inputs:
        if field.kind == "image":
            with st.spinner("Leaving out each part of the image"):
                _painted(row[field.name], occlusion.regions(task, row, field.name, vector))
        else:
            with st.spinner("Leaving out each word"):
                _marked(row[field.name], occlusion.words(task, row, field.name, vector))
    items.others(collection, own)


def _marked(text: str, found: list[Any]) -> None:
    top = max((piece.difference for piece in found), default=0.0)
    if top < LEAST:
        st.markdown(marking.marked(text[:LETTERS], []))
        st.caption("No single word did much: it is the text as a whole.")
        return
    strong = [piece for piece in found if piece.difference >= SHARE * top]
    st.markdown(marking.marked(text[:LETTERS], [(piece.start, piece.end) for piece in strong if piece.end <= LETTERS]))
    named = sorted(strong, key=lambda piece: -piece.difference)[:5]
    st.caption("Without it the cosine falls by: " + ", ".join(
        f"{plain(charts.shorten(text[piece.start:piece.end], 30))} {piece.difference:.2f}" for piece in named))
    against = min(found, key=lambda piece: piece.difference)
    if against.difference < -LEAST:
        st.caption(f"What kept them apart most: {plain(charts.shorten(text[against.start:against.end], 30))}, "
                   f"without which it rises by {-against.difference:.2f}.")


def _painted(image: Any, differences: Any) -> None:
    """The image as it is where a part did much, pale where it did nothing."""
    from PIL import Image

    shown = images.picture(image, 300)
    top = float(differences.max())
    if top < LEAST:
        st.image(shown, width=260)
        st.caption("No single part did much: it is the image as a whole.")
        return
    shares = np.clip(differences / top, 0, 1)
    mask = Image.fromarray((60 + 195 * shares).astype(np.uint8), "L").resize(shown.size, Image.Resampling.BILINEAR)
    st.image(Image.composite(shown, Image.new("RGB", shown.size, (127, 138, 150)), mask), width=260,
             alt="The image, pale where a part of it did little for the likeness")
    st.caption(f"Clear where it made them alike: without its strongest part the cosine falls by {top:.2f}.")
