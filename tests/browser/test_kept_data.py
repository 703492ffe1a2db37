"""Files that were brought are seen on the settings page, and deleted there with what was answered from them."""

import pytest
from playwright.sync_api import Page, expect

from engine import data
from studio import file_job, file_store
from tests.browser.conftest import Studio

ROW, TICK = 38, 18  # pixels: the height of a row, and where its box to tick stands


def test_a_file_that_was_brought_is_deleted_with_its_answers(page: Page, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(studio.home))
    page.goto("/settings")
    expect(page.get_by_text("No file was brought yet")).to_be_visible()
    for number, name in enumerate(("older", "newer")):
        dataset = data.Dataset.of(data.store(f"text,label\n{name},a\nmore,b\n".encode(), f"{name}.csv")).save()
        job = file_store.Job(f"job-{number}", "emotion", "minilm", dataset.name, dataset.id, {"text": "text"}, {}, 2, 2, state="finished")
        file_store.folder(job.id).mkdir()
        file_store.write(job)
    page.reload()
    expect(page.get_by_text("2 files with what was read from them")).to_be_visible()
    page.locator(".st-key-kept_data .dvn-scroller").click(position={"x": TICK, "y": ROW + ROW // 2})
    page.locator(".st-key-kept_delete").get_by_role("button").first.click()
    expect(page.get_by_text("What was answered from newer.csv goes with it.")).to_be_visible()
    page.get_by_role("button", name="Delete 1 file").click()
    expect(page.get_by_text("1 file with what was read from it")).to_be_visible()
    assert [one.upload.name for one in data.list_uploads()] == ["older.csv"]
    assert [job.id for job in file_job.jobs()] == ["job-0"]
    expect(page.get_by_test_id("stException")).to_have_count(0)
