"""The page Compare, driven as a reader would: texts, images, both, and what is not as it should be."""

import io
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine import data
from engine.tasks import TASKS, Task
from studio.compare import place as places
from studio.compare import setup, sources
from tests.learning import picture

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [("The parcel has not arrived yet", "delivery"), ("My delivery is late", "delivery"), ("Where is my parcel?", "delivery"),
         ("The courier lost my package", "delivery"), ("Track my order please", "delivery"), ("The parcel has not arrived yet", "delivery"),
         ("I want my money back", "refund"), ("Please refund my payment", "refund"), ("Refund the money to my card", "refund"),
         ("When do I get my refund?", "refund"), ("Give me my money back now", "refund"), ("The refund has not been paid", "refund"),
         ("The soup was far too salty", "food"), ("The pasta was cold", "food"), ("Dinner tasted wonderful", "food"),
         ("The cake was dry", "food"), ("My steak was burnt", "food"), ("The chef cooked a lovely meal", "food"),
         ("=SUM(A1) is a formula", "odd"), ("Quantum chromodynamics on a lattice", "odd")]
TABLE = "message,topic\n" + "".join(f'"{text}",{topic}\n' for text, topic in TEXTS)


def open_page(**query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "studio" / "app.py"), default_timeout=120).run()
    at.switch_page(str(ROOT / "pages" / "compare.py"))
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def opened(content: str | bytes, name: str = "messages.csv", **query: str) -> AppTest:
    """The page with a file's vectors computed, at the tab that is asked for."""
    stored = data.store(content.encode() if isinstance(content, str) else content, name)
    return open_page(dataset=data.Dataset.of(stored).save().id, ready="1", **query)


def said(at: AppTest) -> str:
    return "\n".join([*(item.value for item in at.markdown), *(item.value for item in at.caption)]).replace("\\", "")


def size(at: AppTest) -> str:
    """How many items there are, of how many numbers."""
    return next(item.value for item in at.markdown if "numbers each" in item.value).replace("\\", "")


def trouble(at: AppTest) -> list[str]:
    return [*(str(item.value) for item in at.exception), *(f"{box.proto.title} {box.value}" for box in at.error)]


def typed(text: str) -> AppTest:
    at = open_page()
    at.text_area(key="compare_typed").set_value(text)
    return at.button(key="compare_typed_go").click().run()


def zipped(same: int = 0) -> bytes:
    """Nine images in three folders, and so many copies of one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for label in ("animals", "food", "tools"):
            for number in range(3):
                content = io.BytesIO()
                picture(label, number).save(content, "PNG")
                archive.writestr(f"{label}/{number}.png", content.getvalue())
                for copy in range(same if (label, number) == ("food", 0) else 0):
                    archive.writestr(f"copies/{copy}.png", content.getvalue())
    return file.getvalue()


def described(rows: dict[str, str]) -> bytes:
    """Images with a table that says what they show."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in rows:
            archive.write(ROOT / "assets" / "samples" / "images" / name, name)
        archive.writestr("items.csv", "image,caption\n" + "".join(f"{name},{text}\n" for name, text in rows.items()))
    return file.getvalue()


def test_an_empty_page_shows_the_ways_to_fill_it():
    at = open_page()
    assert trouble(at) == []
    assert at.button(key="compare_typed_go") and at.file_uploader and at.button(key="compare_sample_text_classification")


def test_typed_texts_are_compared_at_once_and_found_again_by_the_address():
    at = typed("The parcel is late\nMy delivery has not come\n\nThe soup was salty, and cold\n")
    assert trouble(at) == []
    assert "3 items · 384 numbers each" in size(at)
    again = open_page(**{name: value if isinstance(value, str) else value[0] for name, value in at.query_params.items()})
    assert trouble(again) == [] and "3 items · 384 numbers each" in size(again)


def test_an_example_is_one_click_away():
    at = open_page()
    at.button(key="compare_sample_text_classification").click().run()
    assert trouble(at) == [] and "306 items" in size(at)
    assert at.selectbox(key=next(box.key for box in at.selectbox if (box.key or "").startswith("compare_colour"))).value == "topic"


@pytest.mark.parametrize("task", [task for task in TASKS.values() if task.sample], ids=lambda task: task.page)
def test_every_sample_can_be_compared_by_one_of_its_columns(task: type[Task]):
    file = ROOT / "assets" / task.sample.file
    dataset = data.Dataset.of(data.store(file, file.name))
    fits = setup.fitting(dataset, dataset.frame())
    assert fits and all(set(columns.values()) <= set(dataset.frame().columns) for columns in fits.values())
    if task in places.vector_tasks():
        assert next(iter(fits)) == task.name


def test_every_example_of_a_task_opens_by_that_task():
    for task in places.vector_tasks():
        at = open_page()
        at.button(key=f"compare_example_{task.page}").click().run()
        assert trouble(at) == [] and at.query_params["task"] in (task.name, [task.name]) and "3 items" in size(at)


def test_a_file_asks_before_it_computes_and_can_be_uploaded():
    at = open_page()
    at.file_uploader[0].upload("messages.csv", TABLE.encode())
    at.run()
    assert trouble(at) == [] and at.button(key="compare_go").label == "Compare 20 items"
    at.button(key="compare_go").click().run()
    assert trouble(at) == [] and "20 items" in size(at)


def test_numbers_that_would_be_compared_as_texts_are_said_to_be():
    assert not opened(TABLE).info
    at = opened("price,size\n" + "".join(f"{number}.5,{number * 3}\n" for number in range(20)))
    assert trouble(at) == [] and "holds numbers" in at.info[0].value


@pytest.mark.parametrize("tab", [tab for tab in places.TABS])
def test_every_tab_opens_by_its_address(tab: str):
    at = opened(TABLE, tab=tab)
    assert trouble(at) == []
    assert dict(at.query_params).get("tab", [places.TABS[0]]) in (tab, [tab])


def test_the_map_can_be_coloured_by_a_column_by_groups_or_not_at_all():
    at = opened(TABLE)
    box = next(box for box in at.selectbox if (box.key or "").startswith("compare_colour"))
    assert box.options == ["topic", "Groups found", "Nothing"]
    for colour in box.options:
        at.selectbox(key=box.key).select(colour).run()
        assert trouble(at) == []
    at.segmented_control(key="compare_method").set_value("tsne").run()
    assert trouble(at) == []


def test_a_text_finds_what_is_like_it_and_says_how_close_that_is():
    at = opened(TABLE, tab="Search")
    at.text_area(key="compare_search_text").set_value("give me a refund").run()
    assert trouble(at) == []
    found = at.dataframe[0].value
    assert list(found["topic"][:3]) == ["refund"] * 3 and len(found) == 10
    assert found["cosine"].is_monotonic_decreasing and "of random pairs" in said(at)
    at.selectbox(key=next(box.key for box in at.selectbox if (box.key or "").startswith("compare_search_column"))).select("topic").run()
    at.multiselect[0].set_value(["food"]).run()
    assert set(at.dataframe[0].value["topic"]) == {"food"}


def test_what_was_looked_for_stands_in_the_address():
    at = opened(TABLE, tab="Search", asked="late parcel")
    assert at.text_area(key="compare_search_text").value == "late parcel"
    assert at.dataframe[0].value["topic"][0] == "delivery"


def test_an_item_finds_the_others_but_not_itself():
    at = opened(TABLE, tab="Search")
    at.segmented_control(key="compare_search_way").set_value("An item").run()
    at.selectbox(key="compare_search_item").set_value(6).run()
    assert trouble(at) == []
    assert "I want my money back" not in list(at.dataframe[0].value["message"]) and at.dataframe[0].value["topic"][0] == "refund"
    at.button(key="compare_hits_pair").click().run()
    assert trouble(at) == [] and "I want my money back" in said(at) + "".join(item.value for item in at.text)


def test_near_duplicates_are_counted_before_they_are_dropped():
    at = opened(TABLE, tab="Near-duplicates")
    assert trouble(at) == []
    assert "**1 pair** in **1 group**: 1 item could go" in said(at)
    at.slider(key="compare_threshold").set_value(0.8).run()
    assert trouble(at) == [] and "pairs" in said(at)
    mixed = next(box.key for box in at.selectbox if (box.key or "").startswith("compare_across"))
    at.selectbox(key=mixed).select("topic").run()
    assert trouble(at) == [] and "**0** of them with different values of topic" in said(at)


def test_what_is_far_from_everything_comes_first():
    at = opened(TABLE, tab="Outliers")
    assert set(list(at.dataframe[0].value["topic"])[:2]) == {"odd"}


def test_a_pair_says_what_its_cosine_means_and_which_words_made_it():
    at = opened(TABLE, tab="Pair", pair="8,11")
    assert trouble(at) == []
    assert [item.value for item in at.text] == ["I want my money back", "When do I get my refund?"]
    assert "of random pairs of this data" in said(at)
    at.toggle[0].set_value(True).run()
    assert trouble(at) == [] and "Without it the cosine falls by" in said(at)


def test_the_same_items_under_another_model_show_what_moved(tmp_path: Path):
    from engine.models.keeping import save
    from tests import harness

    save(harness.build("STModel", tmp_path / "model"), "my-model")
    at = opened(TABLE, tab="Two models")
    at.selectbox(key="compare_other_model_text-vectorisation").select("my-model").run()
    at.button(key="compare_other_go").click().run()
    assert trouble(at) == []
    assert at.query_params["other"] in ("my-model", ["my-model"]) and at.metric[0].label == "Neighbours that stayed"
    assert set(at.dataframe[0].value["Group"]) == {"delivery", "refund", "food", "odd"}


def test_images_are_compared_with_the_embedded_model():
    at = opened(zipped(), "pictures.zip")
    assert trouble(at) == [] and "9 items · 1,280 numbers each" in size(at)
    for tab in places.TABS:
        at = opened(zipped(), "pictures.zip", tab=tab)
        assert trouble(at) == [], tab
    at = opened(zipped(), "pictures.zip", tab="Pair")
    at.toggle[0].set_value(True).run()
    assert trouble(at) == []


def test_a_text_finds_images_where_the_model_knows_both():
    rows = {"balloon.png": "Something red", "clock.png": "Something round", "umbrella.png": "Something purple"}
    at = opened(described(rows), "things.zip", tab="Search", asked="Something round")
    assert trouble(at) == []
    captions = [item.value for item in at.caption if "closer than" in item.value and "items" in item.value]
    assert captions[0].startswith("Something round") and len(captions) >= 3


def test_the_kind_of_comparison_can_be_changed():
    rows = {"balloon.png": "Something red", "clock.png": "Something round", "umbrella.png": "Something purple"}
    at = opened(described(rows), "things.zip")
    control = next(item for item in at.segmented_control if (item.key or "").startswith("compare_task"))
    assert control.value == "image-text-vectorisation"
    control.set_value("text-vectorisation").run()
    assert trouble(at) == [] and "384 numbers each" in size(at)


# Bad input


def test_a_single_item_is_said_to_be_one_and_every_tab_still_opens():
    dataset = sources.typed("only one")
    for tab in places.TABS:
        at = open_page(dataset=dataset.id, ready="1", tab=tab)
        assert trouble(at) == [] and any("a single item" in item.value for item in at.info), tab


def test_items_that_are_all_the_same_break_nothing():
    dataset = sources.typed("the same\n" * 12)
    for tab in places.TABS:
        at = open_page(dataset=dataset.id, ready="1", tab=tab)
        assert trouble(at) == [], tab
    at = open_page(dataset=dataset.id, ready="1", tab="Pair")
    assert "all items are the same" in said(at)


def test_a_thousand_copies_of_an_image_are_one_group():
    at = opened(zipped(same=1000), "copies.zip", tab="Near-duplicates")
    at.slider(key="compare_threshold").set_value(1.0).run()
    assert trouble(at) == []
    assert "1,009 items" in size(at) and "**1,001 items**" in said(at) and "**1 group**: 1,000 items could go" in said(at)


def test_a_text_of_a_hundred_thousand_words_is_an_item_like_the_others():
    dataset = sources.typed("\n".join(["short one", "word " * 100_000, "another short one"]))
    for tab in places.TABS:
        at = open_page(dataset=dataset.id, ready="1", tab=tab)
        assert trouble(at) == [], tab
    at = open_page(dataset=dataset.id, ready="1", tab="Pair", pair="2,3")
    at.toggle[0].set_value(True).run()
    assert trouble(at) == []


def test_rows_without_a_text_are_left_out_and_named():
    at = opened("message,topic\n" + '"a parcel",x\n"",y\n"a refund",x\n"  ",y\n"some soup",z\n')
    assert trouble(at) == [] and "3 items" in size(at)
    assert "Row 3" in said(at)


def test_no_texts_are_asked_for():
    at = typed("  \n \n")
    assert len(trouble(at)) == 1 and "no text yet" in trouble(at)[0].replace("\\", "")


def test_an_address_that_names_nothing_is_said_and_leads_out():
    at = open_page(dataset="0123456789abcdef", ready="1")
    assert len(trouble(at)) == 1 and "no data set" in trouble(at)[0]
    at.button[-1].click().run()
    assert trouble(at) == [] and at.text_area(key="compare_typed") is not None


def test_an_address_with_nonsense_opens_what_it_can():
    at = opened(TABLE, task="no-task", tab="nowhere", columns="{broken", pair="a,b", other="none")
    assert trouble(at) == [] and "20 items" in size(at)
