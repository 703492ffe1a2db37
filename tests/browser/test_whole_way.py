"""The whole way in a real browser: from a CSV to a trained model that answers, is kept, and proves itself outside of the studio."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas
import pytest
from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
BANKING = ROOT.parent / "shared" / "data" / "banking77" / "train.csv"
SAMPLE = ROOT / "assets" / "samples" / "text_classification.csv"
EACH = 4
MINUTES = 60_000  # milliseconds
POINTS = """() => Array.from(document.querySelectorAll('.studio-live-chart'))
  .reduce((sum, node) => sum + (node.data || []).reduce((all, line) => all + line.x.length, 0), 0)"""
CONFUSED = "I still have not received my new card"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every `EACH`-th row of Banking77's training file, all of its 77 labels, where the real data lies beside the code; else the sample."""
    if not BANKING.exists():
        return SAMPLE
    part = tmp_path_factory.mktemp("banking") / BANKING.name
    pandas.read_csv(BANKING, dtype=str)[::EACH].to_csv(part, index=False)
    return part


def keyed(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key}")


def press(page: Page, key: str) -> None:
    keyed(page, key).get_by_role("button").first.click()


def upload_and_check(page: Page, table: Path) -> None:
    """Steps 1 to 3: the task, the file with its columns, the findings."""
    page.goto("/finetune")
    press(page, "wizard_task_text_classification")
    page.set_input_files(".st-key-wizard_upload input[type=file]", table)
    expect(keyed(page, "wizard_step_data")).to_contain_text(table.name)
    check(page)


def check(page: Page) -> None:
    """From the mapped columns over the findings to the model."""
    expect(keyed(page, "wizard_schema")).to_contain_text("First:")
    press(page, "wizard_data_next")
    expect(keyed(page, "wizard_step_check")).to_contain_text("Looked through")
    press(page, "wizard_check_next")


def train(page: Page, method: str, name: str) -> str:
    """Steps 4 and 5; the address of the run's page."""
    keyed(page, "wizard_method").get_by_text(method, exact=True).click()
    expect(keyed(page, "wizard_summary")).to_contain_text(method)
    press(page, "wizard_method_next")
    field = keyed(page, "wizard_name").get_by_role("textbox")
    field.fill(name)
    field.press("Tab")
    expect(keyed(page, "wizard_start")).to_contain_text("Train on")
    press(page, "wizard_start")
    expect(page).to_have_url(re.compile(r"/runs\?run="))
    return page.url


def see_a_curve_move(page: Page) -> None:
    page.wait_for_function(f"() => ({POINTS})() > 0", timeout=10 * MINUTES)
    before = page.evaluate(POINTS)
    page.wait_for_function(f"() => ({POINTS})() > {before}", timeout=10 * MINUTES)


def wait_for_the_end(page: Page) -> None:
    state = keyed(page, "run_state")
    expect(state).to_contain_text(re.compile("Finished|Failed|Stopped|Interrupted"), timeout=15 * MINUTES)
    assert "Finished" in state.inner_text(), page.locator(".stMain").inner_text()


def test_from_a_file_to_a_model_that_answers_and_proves_itself_elsewhere(page: Page, table: Path, tmp_path: Path) -> None:
    upload_and_check(page, table)
    with_head = train(page, "Head only", "With a head")
    see_a_curve_move(page)
    page.reload()
    expect(page).to_have_url(with_head)
    expect(page.get_by_role("heading", name="With a head")).to_be_visible()
    wait_for_the_end(page)
    expect(page.get_by_text("Accuracy").first).to_be_visible()

    # From the run back to its data, to train on it in another way.
    page.get_by_role("tab", name="Data").click()
    page.get_by_role("link", name="Open the data in the wizard").click()
    check(page)
    with_layers = train(page, "Upper layers", "With upper layers")
    see_a_curve_move(page)
    page.reload()
    expect(page).to_have_url(with_layers)
    wait_for_the_end(page)
    expect(page.get_by_role("tab", name="Mistakes")).to_be_visible()

    field = keyed(page, "run_save_name").get_by_role("textbox")
    field.fill("whole-way")
    field.press("Tab")
    press(page, "run_save")
    expect(page.get_by_text("Saved in the hub as").first).to_be_visible()

    answers_on_the_tasks_page(page)
    proves_itself_elsewhere(page, tmp_path)


def answers_on_the_tasks_page(page: Page) -> None:
    page.goto("/text-classification?model=whole-way")
    expect(page.get_by_text("This model sorts into its own")).to_be_visible()
    field = keyed(page, "ask_text_classification_text").get_by_role("textbox")
    field.fill(CONFUSED)
    field.press("Tab")
    press(page, "ask_text_classification")
    answer = keyed(page, "ask_text_classification_answer")
    expect(answer).to_contain_text(re.compile(r"card_arrival|delivery"), timeout=5 * MINUTES)
    expect(answer.get_by_text("For developers")).to_be_visible()


def proves_itself_elsewhere(page: Page, folder: Path) -> None:
    """The zip from the hub, unpacked, re-runs its golden answers in a fresh process that knows nothing of this checkout."""
    page.goto("/hub?model=whole-way")
    press(page, "hub_prepare")
    ready = keyed(page, "hub_download").get_by_role("link")
    expect(ready).to_be_visible(timeout=10 * MINUTES)
    with page.expect_download() as download:
        ready.click()
    archive = folder / "whole-way.zip"
    download.value.save_as(archive)
    unpacked = folder / "unpacked"
    with zipfile.ZipFile(archive) as file:
        file.extractall(unpacked)
    script = next(unpacked.rglob("predict.py"))
    done = subprocess.run([sys.executable, "-I", str(script), "--check"], cwd=script.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
