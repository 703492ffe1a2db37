"""What the tabs of Compare are made of: groups on the map, the order of the matrix, words for percentiles, files."""

import numpy as np
import pandas as pd
import pytest

from engine.similarity import Index
from engine.tasks import TASKS
from studio import charts
from studio.compare import items, matrix, said
from studio.compare import map as maps
from studio.compare.collection import Collection


def collection(count: int = 40, **columns: list[str]) -> Collection:
    """Two groups of items that lie apart, in turn; their rows count from 2, as in a file with a header."""
    random = np.random.default_rng(0)
    middles = np.eye(2, 8)[np.arange(count) % 2]
    frame = pd.DataFrame({"text": [f"item {number}" for number in range(count)], **columns}, index=range(2, count + 2), dtype=object)
    return Collection("d", "d.csv", TASKS["text-vectorisation"], "minilm", {"text": "text"}, frame,
                      Index(middles + random.normal(size=(count, 8)) * 0.05, list(frame.index)), "k", {}, {})


def test_the_largest_groups_have_colours_and_all_others_are_grey_below():
    own = collection(topic=[f"topic {min(number, 19) % 13}" for number in range(40)])
    groups = maps.grouped(own, "topic")
    assert groups[0].colour == charts.BASELINE and groups[0].name == "3 others"
    assert [group.colour for group in groups[1:]] == list(charts.GROUPS) and groups[1].name == "topic 6"
    assert sorted(np.concatenate([group.positions for group in groups])) == list(range(40))


def test_cells_without_a_value_are_a_group_of_their_own():
    groups = maps.grouped(collection(topic=["a", None] * 20), "topic")
    assert {group.name for group in groups} == {"a", "(empty)"}


def test_what_is_chosen_on_a_chart_is_found_by_trace_and_point():
    event = {"selection": {"points": [{"curve_number": 1, "point_index": 3, "x": 0.0}, {"x": 1.0}]}}
    assert charts.chosen(event) == [(1, 3)] and charts.chosen(None) == [] and charts.chosen({"selection": {}}) == []


def test_the_name_of_a_group_stands_where_most_of_it_is():
    lump, others = np.random.default_rng(0).normal(size=(30, 2)) * 0.1, np.array([[50.0, 50.0], [-40.0, 9.0], [60.0, -30.0]])
    assert np.abs(maps.densest(np.concatenate([others, lump]))).max() < 1
    assert maps.densest(np.array([[3.0, 4.0]])).tolist() == [3, 4]


def test_only_columns_in_which_values_come_again_colour_the_map():
    own = collection(topic=["a", "b"] * 20, number=[str(one) for one in range(40)], same=["x"] * 40)
    assert maps.colourable(own) == ["topic", maps.CLUSTERS, maps.NOTHING]


def test_what_the_pointer_tells_holds_no_markup():
    own = collection(topic=["<b>&", "b"] * 20)
    assert "&lt;b&gt;&amp;" in maps.hover(own, 0, 200) and "<b>" not in maps.hover(own, 0, 200)


def test_the_matrix_puts_like_beside_like():
    order = matrix.ordered(collection(), list(range(40)))
    sides = [place % 2 for place in order]
    assert sides in ([0] * 20 + [1] * 20, [1] * 20 + [0] * 20)


@pytest.mark.parametrize(("count", "shown"), [(2, 2), (200, 200), (201, 200), (100_000, 200)])
def test_the_matrix_holds_at_most_two_hundred_items(count: int, shown: int):
    places = matrix.spread(count)
    assert len(places) == len(set(places)) == shown and places[0] == 0 and places[-1] == count - 1


@pytest.mark.parametrize(("percentile", "words"), [
    (99.99, "nearly all random pairs"), (99.23, "99.2% of random pairs"), (62.4, "62% of random pairs"), (0, "0% of random pairs")])
def test_percentiles_are_said_without_false_digits(percentile: float, words: str):
    assert words in said.closer(percentile)


def test_few_pairs_and_items_that_are_all_the_same_are_said_to_say_little():
    assert "only 3 pairs" in said.caveat(Index(np.eye(3)))
    assert "all items are the same" in said.caveat(Index(np.ones((20, 4))))
    assert said.caveat(collection().index) == ""


def test_a_download_quotes_formulas_and_bears_the_row_in_the_file():
    own = collection(topic=["=1+1", "b"] * 20)
    text = items.as_csv(items.rows(own, [0, 1], {"cosine": [0.5, 0.25]})).decode("utf-8-sig")
    assert text.splitlines() == ["cosine,row,text,topic", "0.5,2,item 0,'=1+1", "0.25,3,item 1,b"]


def test_a_row_is_found_by_its_number_in_the_file():
    own = collection()
    assert own.position(2) == 0 and own.number(0) == 2 and own.position(1) is None and own.position(10**9) is None
