"""In a real browser: a language model learns to write questions about a paragraph, and writes some."""

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_whole_way import MINUTES, check, keyed, press, train, wait_for_the_end

ROWS = 16


@pytest.fixture
def table(shared_data: Path, tmp_path: Path) -> Path:
    """Paragraphs of XQuAD, and three questions about each, as one would write them into a spreadsheet."""
    articles = json.loads((shared_data / "xquad_en_de" / "xquad.en.json").read_text("utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    shortest = sorted(paragraphs, key=lambda paragraph: len(paragraph["context"]))[:ROWS]
    path = tmp_path / "questions.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["paragraph", "questions to write"])
        writer.writerows([f"{paragraph['context']}\n\nQuestions:", "\n".join(asked["question"] for asked in paragraph["qas"][:3])]
                         for paragraph in shortest)
    return path


def test_from_paragraphs_and_questions_to_a_model_that_asks(page: Page, table: Path) -> None:
    page.goto("/finetune")
    press(page, "wizard_task_text_generation")
    page.set_input_files(".st-key-wizard_upload input[type=file]", table)
    expect(keyed(page, "wizard_schema")).to_contain_text("input_text")
    check(page)
    keyed(page, "wizard_method").get_by_text("Adapters", exact=True).click()
    expect(page).to_have_url(re.compile("method=lora"))  # its own settings are drawn
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("1")
    epochs.press("Tab")
    expect(page).to_have_url(re.compile("epochs"))
    train(page, "Adapters", "Asks questions")
    wait_for_the_end(page)
    expect(page.get_by_text("ROUGE-L").first).to_be_visible()
    expect(page.get_by_role("heading", name="What it says, and what was wanted")).to_be_visible()
    expect(page.get_by_role("heading", name="As it learnt")).to_be_visible()
    press(page, "run_save")
    expect(page.get_by_text("Saved in the hub as").first).to_be_visible()

    page.goto("/text-generation?model=asks-questions")
    field = keyed(page, "ask_text_generation_text").get_by_role("textbox")
    field.fill("The museum opens at nine. A ticket costs four euros, and children go in free.\n\nQuestions:")
    field.press("Tab")
    press(page, "ask_text_generation")
    answer = keyed(page, "ask_text_generation_answer")
    expect(answer.get_by_text("For developers")).to_be_visible(timeout=4 * MINUTES)
