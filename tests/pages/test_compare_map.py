"""The tab Map, driven as a reader would: colours, groups found, and what stays chosen."""

from streamlit.testing.v1 import AppTest

from engine import similarity
from tests.pages.test_compare import opened, said, trouble

TOPICS = ("parcel", "refund", "soup")
ROWS = [(f"A {TOPICS[place % 3]} that I ask about for the {place}th time", TOPICS[place % 3], place * 1.5) for place in range(36)]
TABLE = "message,topic,price\n" + "".join(f"{text},{topic},{price}\n" for text, topic, price in ROWS)


def colour_box(at: AppTest) -> str:
    return next(box.key for box in at.selectbox if (box.key or "").startswith("compare_colour"))


def chosen_key(at: AppTest) -> str:
    return colour_box(at).replace("compare_colour", "compare_map_chosen")


def test_the_map_is_coloured_by_numbers_and_the_highest_stand_beside():
    at = opened(TABLE)
    at.selectbox(key=colour_box(at)).select("price").run()
    assert trouble(at) == []
    assert at.dataframe[0].value["value"].tolist()[:2] == [52.5, 51.0]


def test_groups_are_found_by_number_or_by_density():
    at = opened(TABLE)
    assert not at.number_input and [item for item in at.segmented_control if item.key == "compare_way"] == []
    at.selectbox(key=colour_box(at)).select("Groups found").run()
    assert trouble(at) == [] and at.number_input[0].value == 4
    at.number_input[0].set_value(3).run()
    assert trouble(at) == [] and len(at.dataframe[0].value) == 3
    at.segmented_control(key="compare_way").set_value("hdbscan").run()
    assert trouble(at) == [] and not at.number_input and "HDBSCAN" in said(at)
    assert at.dataframe[0].value["Items"].sum() == 36


def test_what_was_chosen_stays_with_another_colour_and_after_another_tab_until_it_is_cleared():
    at = opened(TABLE)
    at.session_state[chosen_key(at)] = [2, 5, 9]
    at.run()
    assert trouble(at) == [] and "**3 items chosen**" in said(at)
    at.selectbox(key=colour_box(at)).select("Nothing").run()
    assert "**3 items chosen**" in said(at) and at.dataframe[0].value["row"].tolist() == [2, 5, 9]
    at.session_state["compare_tabs"] = "Outliers"
    at.run()
    assert "items chosen" not in said(at)
    at.session_state["compare_tabs"] = "Map"
    at.run()
    assert trouble(at) == [] and "**3 items chosen**" in said(at)
    at.button(key="compare_chosen_clear").click().run()
    assert trouble(at) == [] and "chosen**" not in said(at)


def test_an_arrangement_that_was_chosen_and_is_not_there_falls_back():
    at = opened(TABLE)
    at.session_state["compare_method"] = "umap"
    at.run()
    control = at.segmented_control(key="compare_method")
    assert trouble(at) == [] and control.value == ("umap" if "umap" in similarity.methods() else "pca")
    assert ("umap-learn" in control.proto.help) != ("umap" in similarity.methods())
