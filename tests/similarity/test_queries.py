"""Looking for one thing among vectors, and what made two items alike."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import StudioError
from engine.similarity import computed, occlusion
from engine.similarity.queries import askable, query
from engine.similarity.vectors import unit
from engine.tasks import TASKS
from tests import harness
from tests.learning import picture


@pytest.mark.parametrize(("task", "family", "kinds"), [
    ("text-vectorisation", "STModel", ["text"]), ("image-vectorisation", "EfficientNet", ["image"]),
    ("image-vectorisation", "CLIP", ["text", "image"]), ("image-text-vectorisation", "CLIP", ["text", "image"]),
    ("image-text-vectorisation", "ConSE", ["text", "image"])])
def test_what_can_be_looked_for_depends_on_the_model(task: str, family: str, kinds: list[str], tmp_path: Path) -> None:
    ready = harness.served(TASKS[task], family, tmp_path / "model")
    assert askable(ready) == kinds
    values: dict[str, Any] = {"text": "happy nature", "image": picture("food", 1)}
    width = len(ready.answer([{field.name: values[field.kind] for field in ready.inputs}])[0])
    for kind in kinds:
        found = query(ready, {kind: values[kind]})
        assert found.shape == (width,) and np.isfinite(found).all() and np.linalg.norm(found) > 0


def test_a_whole_item_is_asked_as_the_task_does(tmp_path: Path) -> None:
    ready = harness.served(TASKS["image-text-vectorisation"], "CLIP", tmp_path / "model")
    row = {"image": picture("food", 1), "text": "happy"}
    assert query(ready, row) == pytest.approx(np.array(ready.answer([row])[0]), abs=1e-5)


def test_half_a_pair_is_that_half_for_a_model_that_was_trained_too(tmp_path: Path) -> None:
    ready = harness.served(TASKS["image-text-vectorisation"], "CLIP", tmp_path / "model")
    before = query(ready, {"text": "happy"})
    assert before == pytest.approx(ready.model.text_vectors(["happy"])[0].numpy(), abs=1e-4)
    ready.model.add_halves()
    assert query(ready, {"text": "happy"}) == pytest.approx(before, abs=1e-4)


def test_what_cannot_be_looked_for_says_so(tmp_path: Path) -> None:
    ready = harness.served(TASKS["text-vectorisation"], "STModel", tmp_path / "model")
    with pytest.raises(StudioError, match="cannot be looked for"):
        query(ready, {"image": picture("food", 1)})


def test_each_word_says_how_much_the_cosine_falls_without_it(tmp_path: Path) -> None:
    ready = harness.served(TASKS["text-vectorisation"], "STModel", tmp_path / "model")
    text = "i am happy  about nature"
    other = computed.vectors(ready, [{"text": "happy nature"}]).vectors[0]
    found = occlusion.words(ready, {"text": text}, "text", other)
    assert [text[piece.start:piece.end] for piece in found] == ["i", "am", "happy", "about", "nature"]
    whole, without = unit(ready.answer([{"text": text}, {"text": text.replace("happy", "")}])) @ unit([other])[0]
    assert found[2].difference == pytest.approx(float(whole - without), abs=1e-4)


@pytest.mark.parametrize(("text", "count"), [
    ("happy", 0), ("速い電車", 4), ("a", 0), ("word " * 100_000, 60), ("", 0), ("   ", 0)])
def test_a_text_has_as_many_pieces_as_can_be_left_out(text: str, count: int, tmp_path: Path) -> None:
    assert len([span for span in occlusion.pieces(text) if (text[:span[0]] + text[span[1]:]).strip()]) == count


def test_each_part_of_an_image_says_how_much_it_did(tmp_path: Path) -> None:
    ready = harness.served(TASKS["image-vectorisation"], "EfficientNet", tmp_path / "model")
    one, other = picture("food", 1), picture("tools", 2)
    found = occlusion.regions(ready, {"image": one}, "image", ready.answer([{"image": other}])[0])
    assert found.shape == (6, 6) and np.isfinite(found).all()
