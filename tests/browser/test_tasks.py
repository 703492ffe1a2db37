"""Every task's page in a real browser: an example in one click; and whole files, whose answers are downloaded and looked into."""

import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from playwright.sync_api import Locator, Page, expect

from engine.tasks import TASKS, Task

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
MINUTES = 60_000  # milliseconds
EVERY_TASK = [pytest.param(task, id=name) for name, task in TASKS.items()]


def keyed(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key}")


def press(page: Page, key: str) -> None:
    keyed(page, key).get_by_role("button").first.click()


@pytest.mark.parametrize("task", EVERY_TASK)
def test_an_example_is_answered_in_one_click(page: Page, task: type[Task]) -> None:
    page.goto(f"/{task.page.replace('_', '-')}")
    expect(page.get_by_role("heading", name=task.title)).to_be_visible()
    answer = keyed(page, f"ask_{task.page}_answer")
    expect(answer).to_contain_text("The answer will stand here")
    press(page, f"ask_{task.page}_example_1")
    expect(answer.get_by_text("For developers")).to_be_visible(timeout=4 * MINUTES)  # the language model is fetched and unpacked first
    expect(answer).to_contain_text(task.default_model)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def answered(page: Page, task: type[Task], file: Path, kind: str) -> Path:
    """The file uploaded, answered and downloaded."""
    page.goto(f"/{task.page.replace('_', '-')}")
    page.get_by_role("tab", name="A whole file").click()
    page.set_input_files(f".st-key-file_{task.page}_upload input[type=file]", file)
    expect(keyed(page, f"file_{task.page}_start")).to_be_visible()
    press(page, f"file_{task.page}_start")
    button = keyed(page, f"file_{task.page}_{kind}")
    expect(button).to_be_visible(timeout=4 * MINUTES)
    with page.expect_download() as download:
        button.get_by_role("button").first.click()
    return Path(download.value.path())


def test_a_file_of_questions_comes_back_with_answers_and_their_places(page: Page, tmp_path: Path) -> None:
    task = TASKS["qa"]
    rows = [{"question": example["question"], "context": example["context"]} for example in task.examples[:1]]
    real = SHARED / "xquad_en_de" / "xquad.en.csv"
    if real.exists():
        with real.open(encoding="utf-8", newline="") as lines:
            rows += [{"question": row["question"], "context": row["context"]} for row in list(csv.DictReader(lines))[:5]]
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = [json.loads(line) for line in answered(page, task, file, "jsonl").read_text("utf-8").splitlines()]
    assert len(found) == len(rows) and found[0]["answer"] == "7 years"
    for row in found:
        if row["start"] is not None:
            assert row["context"][int(row["start"]):int(row["end"])] == row["answer"]


def test_a_zip_of_images_comes_back_as_a_table(page: Page, tmp_path: Path) -> None:
    task = TASKS["image-classification"]
    file = tmp_path / "pictures.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for picture in sorted((ROOT / "assets" / "samples" / "images").iterdir()):
            archive.write(picture, f"drawn/{picture.name}")
        archive.writestr("drawn/broken.png", b"\x89PNG no")
    text = answered(page, task, file, "csv").read_text("utf-8-sig")
    found = {Path(row["image"]).stem: row for row in csv.DictReader(io.StringIO(text))}
    assert found["balloon"]["label"] == "balloon" and found["umbrella"]["label"] == "umbrella"
    assert found["broken"]["error"] and not found["balloon"]["error"]


def test_a_table_of_texts_comes_back_as_vectors(page: Page) -> None:
    file = SHARED / "banking77" / "test.csv"
    file = file if file.exists() else ROOT / "assets" / "samples" / "text_classification.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        count = len(list(csv.DictReader(lines)))
    task = TASKS["text-vectorisation"]
    table = pyarrow.parquet.read_table(answered(page, task, file, "parquet"))
    assert table.num_rows == count
    matrix = np.asarray(table.column("vector").to_pylist(), dtype=np.float32)
    assert matrix.shape == (count, 384) and np.allclose(np.linalg.norm(matrix, axis=1), 1, atol=0.01)
