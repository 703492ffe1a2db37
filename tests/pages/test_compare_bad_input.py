"""Near-duplicates and outliers as they are worked on, and what is not as it should be: the rest of the page goes on."""

import io
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine import data, paths
from engine.errors import Stopped
from engine.similarity import Index
from engine.similarity.duplicates import near_duplicates
from studio.compare import cleaned, duplicates, outliers, progress
from studio.compare import place as places
from studio.works import Watch, Work, Works
from tests.learning import picture
from tests.pages.test_compare import opened, said, size, trouble, zipped

SPLIT = ("text,part\nThe parcel has not arrived,train\nThe parcel has not arrived,test\nThe parcel has not arrived,train\n"
         "I want my money back,train\nI want my money back,validation\nThe soup was salty,test\nThe soup was salty,test\n")


class Seen(Works):
    """Remembers the key by which it was asked last."""

    looked_up: Any = None

    def get(self, key: Any) -> Work | None:
        self.looked_up = key
        return super().get(key)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were many items, and nothing found yet."""
    monkeypatch.setattr(progress, "AT_ONCE", 0)
    monkeypatch.setattr(duplicates, "_found", Seen("near-duplicates", kept=4))
    monkeypatch.setattr(outliers, "_found", Seen("outliers", kept=4))


@pytest.mark.parametrize(("tab", "name", "found"), [("Near-duplicates", "compare_duplicates", "compare_clean"),
                                                    ("Outliers", "compare_outliers", "compare_outliers_csv")])
def test_of_many_items_the_work_begins_when_it_is_asked_for_and_is_kept_for_every_tab(many: None, tab: str, name: str, found: str):
    at = opened(SPLIT, tab=tab)
    assert trouble(at) == [] and not any(button.key == found for button in at.download_button)
    at.button(key=f"{name}_go").click().run()
    assert trouble(at) == [] and at.download_button(key=found)
    assert opened(SPLIT, tab=tab).download_button(key=found), "another tab need not ask again"


def test_a_second_tab_waits_for_what_is_under_way_and_a_stop_in_one_ends_it_in_both(many: None):
    at, go = opened(SPLIT, tab="Near-duplicates"), threading.Event()
    works, key = duplicates._found, duplicates._found.looked_up
    waiting = works.start(key, endless, "another tab")
    threading.Timer(1.5, works.stop, [key]).start()
    at.run()
    assert trouble(at) == [] and isinstance(waiting.error, Stopped) and at.button(key="compare_duplicates_go")
    again = works.start(key, lambda watch: go.wait(5) and near_duplicates(Index([[1.0, 0.0]] * 7), 0.8, watch), "another tab")
    threading.Timer(1.5, go.set).start()
    at.run()
    assert trouble(at) == [] and works.get(key) is again and "**21 pairs** in **1 group**" in said(at)


def test_a_large_zip_that_cannot_be_made_says_so_once_and_is_made_again_only_when_asked(tmp_path: Path):
    begun: list[Path] = []

    def page(path, begun):
        from engine.errors import StudioError
        from studio.compare import cleaned
        from studio.errors import guard

        def make(watch):
            begun.append(path)
            raise StudioError("The disk is full.")

        with guard():
            cleaned._prepare(path, make, "prepared", "it")

    at = AppTest.from_function(page, args=(tmp_path / "none.zip", begun)).run()
    at.button(key="prepared").click().run()
    assert "The disk is full" in trouble(at)[0] and len(begun) == 1
    at.run()
    assert trouble(at) == [] and len(begun) == 1
    at.button(key="prepared").click().run()
    assert trouble(at) and len(begun) == 2


def endless(watch: Watch) -> None:
    for _ in range(1_000):
        watch(1, 2)
        threading.Event().wait(0.01)


def box(at: AppTest, name: str) -> Any:
    return next(item for item in at.selectbox if (item.key or "").startswith(name))


def test_what_is_kept_of_a_group_can_be_the_side_that_is_tested_on():
    at = opened(SPLIT, tab="Near-duplicates")
    assert "in **3 groups**: 4 items could go" in said(at)
    across, kept = box(at, "compare_across"), box(at, "compare_kept")
    assert kept.options == ["The first row", "The last row"]
    across.select("part").run()
    assert box(at, "compare_kept").options[2:] == [f"Those where part is {value}" for value in ("test", "train", "validation")]
    assert "**2** of them with different values of part: 3 items could go" in said(at)
    box(at, "compare_kept").select("Those where part is train").run()
    assert trouble(at) == [] and "2 items could go" in said(at)
    assert at.download_button(key="compare_clean").label == "Download without these 2"
    marked = [item.value.replace("\\", "") for item in at.markdown if "Kept" in item.value]
    assert [line.partition(" :green")[0] for line in marked] == ["The parcel has not arrived"] * 2 + ["I want my money back"]


def test_a_large_zip_is_made_on_disk_without_its_copies(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cleaned, "QUICK", 0)
    at = opened(zipped(same=5), "pictures.zip", tab="Near-duplicates")
    at.slider(key="compare_threshold").set_value(1.0).run()
    at.button(key="compare_clean").click().run()
    assert trouble(at) == []
    link = next(item for item in at.get("link_button"))
    assert link.proto.label.startswith("Download without these 5 (") and link.proto.url.startswith("/download/")
    made = next((paths.cache() / "cleaned").glob("*.zip"))
    assert len(zipfile.ZipFile(made).namelist()) == 9


def test_a_thousand_copies_of_one_image_open_in_every_tab():
    file, content = io.BytesIO(), io.BytesIO()
    picture("food", 0).save(content, "PNG")
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(1_000):
            archive.writestr(f"{number:04}.png", content.getvalue())
    for tab in places.TABS:
        at = opened(file.getvalue(), "copies.zip", tab=tab)
        assert trouble(at) == [], tab


def test_twenty_thousand_equal_rows_are_one_group():
    at = opened("text\n" + "the same thing\n" * 20_000, tab="Near-duplicates")
    assert trouble(at) == [] and "**199,990,000 pairs** in **1 group**: 19,999 items could go" in said(at)


def test_damaged_images_are_left_out_and_named_and_the_others_are_compared():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(4):
            content = io.BytesIO()
            picture("food", number).save(content, "PNG")
            archive.writestr(f"good{number}.png", content.getvalue())
        archive.writestr("cut.png", content.getvalue()[:150])
        archive.writestr("empty.png", b"")
        archive.writestr("words.png", b"this is no image")
    at = opened(file.getvalue(), "bad.zip", tab="Near-duplicates")
    assert trouble(at) == [] and "4 items" in size(at)
    assert all(f"Row {row}:" in said(at) for row in (1, 2, 7)), "cut.png, empty.png and words.png in the order of names"


def test_a_column_of_numbers_is_compared_in_every_tab():
    for tab in places.TABS:
        at = opened("value\n" + "\n".join(f"{number / 7:.2f}" for number in range(30)) + "\n", tab=tab)
        assert trouble(at) == [], tab


def test_data_that_is_deleted_meanwhile_is_said_and_leads_out():
    at = opened(SPLIT, tab="Near-duplicates")
    data.delete_dataset(data.list_datasets()[0].id)
    at.slider(key="compare_threshold").set_value(0.9).run()
    assert len(trouble(at)) == 1 and "no data set" in trouble(at)[0] and "upload the file again" in trouble(at)[0].replace("\\", "")
    at.button[-1].click().run()
    assert trouble(at) == [] and at.text_area(key="compare_typed") is not None
