"""In a real browser: a zip of images in folders becomes a model that sorts images, and proves itself outside of the studio."""

import io
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.test_whole_way import MINUTES, keyed, press, proves_itself_elsewhere, train, wait_for_the_end
from tests.learning import LABELS, picture


def zipped(folder: Path) -> Path:
    path = folder / "pictures.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for label in LABELS:
            for number in range(12):
                content = io.BytesIO()
                picture(label, number + 100 * LABELS.index(label)).save(content, "PNG")
                archive.writestr(f"{label}/{number}.png", content.getvalue())
    return path


def test_from_a_zip_of_images_to_a_model_that_sorts_them(page: Page, tmp_path: Path) -> None:
    page.goto("/finetune")
    press(page, "wizard_task_image_classification")
    page.set_input_files(".st-key-wizard_upload input[type=file]", zipped(tmp_path))
    expect(keyed(page, "wizard_schema")).to_contain_text("First: animals/0.png")
    press(page, "wizard_data_next")
    expect(keyed(page, "wizard_step_check")).to_contain_text("36 rows in 3 classes")
    expect(keyed(page, "wizard_gallery").locator("img").first).to_be_visible()
    press(page, "wizard_check_next")
    expect(keyed(page, "wizard_copies")).to_be_visible()  # the upper layers learn from changed copies too
    keyed(page, "wizard_copies").get_by_text("See what changed copies look like").click()
    expect(keyed(page, "wizard_copies").locator("img")).to_have_count(20, timeout=MINUTES)
    train(page, "Head only", "Pictures")
    wait_for_the_end(page)
    expect(page.get_by_text("100%").first).to_be_visible()
    field = keyed(page, "run_save_name").get_by_role("textbox")
    field.fill("whole-way")
    field.press("Tab")
    press(page, "run_save")
    expect(page.get_by_text("Saved in the hub as").first).to_be_visible()
    proves_itself_elsewhere(page, tmp_path)
