"""What the map of Compare is made of: numbers as colours, what is in no group, what the pointer shows, what goes to the browser."""

from dataclasses import replace

import numpy as np
import pytest

from engine.similarity import Clusters
from studio import charts, resources
from studio.compare import map as maps
from studio.compare import points
from tests.studio.test_compare_views import collection


def test_a_column_of_many_numbers_is_shown_by_a_scale_and_a_cell_without_one_apart():
    own = collection(price=["", None, *(f"{price / 2}" for price in range(38))], stars=[str(place % 5) for place in range(40)],
                     text2=[f"{place} pieces" for place in range(40)], mixed=[*map(str, range(30)), *["?"] * 10])
    assert maps.numbers(own, "price")[2:].tolist() == [price / 2 for price in range(38)]
    assert [maps.numbers(own, name) for name in ("stars", "text2", "mixed")] == [None] * 3
    apart, scaled = maps.grouped(own, "price")
    assert apart.apart and apart.positions.tolist() == [0, 1] and scaled.numbers.tolist() == [price / 2 for price in range(38)]
    assert maps._columns(own) == ["stars", "price", maps.CLUSTERS, maps.NOTHING]
    assert "price" not in maps.colourable(own)


def test_numbers_reach_the_browser_with_their_scale_which_outliers_do_not_take_up():
    own = collection(400, price=[*map(str, range(399)), "1e9"])
    view = maps._view(own, np.zeros((400, 2), np.float32), maps.grouped(own, "price"))
    assert view.cloud.scale.high < 400 and view.cloud.scale.low >= 0 and view.cloud.scale.colours == charts.NUMBERS
    table = view.cloud.table()
    assert table.column_names == ["x", "y", "item", "value"] and table.num_rows == 400
    assert table.nbytes == 400 * 16, "four bytes a number"


def test_what_is_in_no_group_lies_below_in_grey_rings(monkeypatch: pytest.MonkeyPatch):
    own = collection()
    labels = np.arange(40) % 14 - 1
    found = Clusters(labels, [[int(np.flatnonzero(labels == place)[0])] for place in range(13)])
    monkeypatch.setattr(resources, "clusters", lambda *given: found)
    none, others, *named = maps.grouped(own, maps.CLUSTERS, "hdbscan")
    assert none.apart and none.positions.tolist() == [0, 14, 28] and others.name == "3 others" and not others.apart
    assert [group.colour for group in named] == list(charts.GROUPS) and named[0].name == "item 1"
    view = maps._view(own, np.zeros((40, 2), np.float32), [none, others, *named])
    assert [layer.hollow for layer in view.cloud.layers][:3] == [True, False, False]
    assert view.cloud.items[:3].tolist() == [0, 14, 28] and sorted(view.cloud.items.tolist()) == list(range(40))


def test_the_pointer_is_told_an_items_words_and_other_cells():
    own = collection(topic=["<b>&", ""] * 20)
    assert maps.told(own, 0) == {"name": "item 0", "cells": [("topic", "<b>&")], "image": None}
    assert maps.told(own, 1)["cells"] == []
    with pytest.raises(IndexError):
        maps.told(own, 40)


def test_the_pointer_is_shown_a_small_image(tmp_path):
    from PIL import Image

    from engine.tasks import TASKS

    Image.new("RGB", (3000, 2000), "red").save(tmp_path / "a.png")
    own = replace(collection(), task=TASKS["image-vectorisation"], columns={"image": "text"}, files={"item 1": tmp_path / "a.png"})
    assert maps.told(own, 1)["image"].startswith("data:image/jpeg") and len(maps.told(own, 1)["image"]) < 20_000
    assert maps.told(own, 2)["image"] is None


def test_only_items_that_there_are_can_be_chosen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(points, "peek", lambda key: {"picked": [5, 2, 2, -1, 40, "7", None]})
    assert points.picked("map", 40) == [2, 5]
    monkeypatch.setattr(points, "peek", lambda key: None)
    assert points.picked("map", 40) == []
