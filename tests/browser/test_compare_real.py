"""In a real browser, with real data: questions find questions of the same intent, a hand finds the same sign, a text finds its image."""

import csv
import io
import zipfile
from pathlib import Path

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.test_whole_way import MINUTES, keyed, press

EVERY = 4  # of the training questions one in so many is searched
QUERIES = 20
ALLOWED_TO_MISS = 2


def compared(page: Page, file: Path) -> None:
    """The file uploaded, its vectors computed, the tab Search open."""
    page.goto("/compare")
    page.set_input_files(".st-key-compare_upload input[type=file]", file)
    expect(keyed(page, "compare_go")).to_be_visible(timeout=MINUTES)
    press(page, "compare_go")
    page.get_by_role("tab", name="Search").click(timeout=4 * MINUTES)
    expect(keyed(page, "compare_search_count")).to_be_visible(timeout=MINUTES)


def search(page: Page, text: str) -> None:
    field = keyed(page, "compare_search_text").get_by_role("textbox")
    field.fill(text)
    press(page, "compare_search_go")


def captions(page: Page) -> Locator:
    return page.get_by_role("tabpanel").get_by_text("closer than")


def test_questions_of_banking77_find_their_intent(page: Page, shared_data: Path, tmp_path: Path) -> None:
    with (shared_data / "banking77" / "train.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))[::EVERY]
    with (shared_data / "banking77" / "test.csv").open(encoding="utf-8-sig", newline="") as file:
        asked = list(csv.DictReader(file))
    asked = asked[::len(asked) // QUERIES][:QUERIES]
    table = tmp_path / "questions.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["text", "category"])
        writer.writeheader()
        writer.writerows(rows)
    compared(page, table)
    right, before = 0, None
    for row in asked:
        search(page, row["text"])
        while (found := downloaded(page)) == before:
            page.wait_for_timeout(200)
        before = found
        right += row["category"] in [hit["category"] for hit in list(csv.DictReader(io.StringIO(found)))[:5]]
    assert right >= QUERIES - ALLOWED_TO_MISS


def downloaded(page: Page) -> str:
    """The hits as a file. A press that meets the page while it is drawn anew is lost, and repeated."""
    for _ in range(6):
        try:
            with page.expect_download(timeout=5_000) as download:
                press(page, "compare_hits_csv")
        except TimeoutError:
            continue
        return Path(download.value.path()).read_text("utf-8-sig")
    raise AssertionError("the hits could not be downloaded")


def test_a_hand_finds_hands_that_show_the_same(page: Page, shared_data: Path) -> None:
    compared(page, shared_data / "sign_language_digits" / "sign_digits.zip")
    page.get_by_text("An item", exact=True).click()
    expect(captions(page).first).to_be_visible()
    names = page.get_by_role("tabpanel").get_by_text(".JPG")
    expect(names.nth(5)).to_be_visible()
    shown = [text for text in names.all_inner_texts() if "closer than" in text][:5]
    assert sum("/0/" in text for text in shown) >= 4  # the first image shows a zero


def test_a_text_finds_its_image_among_the_emoji(page: Page, shared_data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "emoji.zip"
    with zipfile.ZipFile(shared_data / "emoji_image_text" / "images.zip") as images, zipfile.ZipFile(archive, "w") as both:
        for name in images.namelist():
            if name.endswith(".png"):
                both.writestr(Path(name).name, images.read(name))
        both.write(shared_data / "emoji_image_text" / "captions.csv", "captions.csv")
    compared(page, archive)
    search(page, "a pumpkin with a face")
    expect(captions(page).first).to_be_visible()
    expect(page.get_by_role("tabpanel").get_by_text("jack-o-lantern").first).to_be_visible()
