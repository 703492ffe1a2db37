"""A file answered in the background: what is done is on disk, so nothing that happens in between loses it."""

import json
import os
import time
from array import array
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
import pytest

from engine import data
from engine.errors import StudioError
from studio import answer_files, download_job, file_job, file_store
from studio.answer_table import Answered
from tests.harness import close
from tests.runs.tiny import write_encoder

TASK = "text-classification"
LABELS = {"labels": ["delivery", "refund"], "top_k": 0}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_encoder(tmp_path_factory.mktemp("models") / "tiny")


def stored(rows: int) -> data.Dataset:
    content = "text\n" + "".join(f"where is my parcel {number}\n" for number in range(rows))
    return data.Dataset.of(data.store(content.encode(), "mail.csv")).save()


def start(model: str, rows: int) -> str:
    return file_job.start(TASK, model, stored(rows).id, "mail.csv", {"text": "text"}, LABELS, rows)


def wait(identity: str, seconds: float = 120) -> file_job.Job:
    end = time.monotonic() + seconds
    while file_job.get(identity).active and time.monotonic() < end:
        time.sleep(0.02)
    return file_job.get(identity)


def test_every_row_is_answered_in_order(model: str) -> None:
    job = wait(start(model, 40))
    assert (job.state, job.done, job.failed, job.error) == ("finished", 40, 0, None)
    answers = list(file_job.answered(job.id))
    assert len(answers) == 40 and set(answers[0].answer) == {"delivery", "refund"}
    assert job.rows_per_second and job.seconds_left == 0


def test_a_stopped_job_keeps_what_is_done_and_goes_on_after_it(model: str) -> None:
    identity = start(model, 5000)
    while file_job.get(identity).done == 0:
        time.sleep(0.01)
    file_job.stop(identity)
    stopped = wait(identity)
    assert stopped.state == "stopped" and 0 < stopped.done < 5000
    before = list(file_job.answered(identity))
    assert len(before) == stopped.done
    file_job.go_on(identity)
    assert wait(identity).state == "finished"
    after = list(file_job.answered(identity))
    assert len(after) == 5000 and after[:len(before)] == before


def test_a_job_whose_process_is_gone_is_interrupted_and_can_go_on(model: str, home: Path) -> None:
    identity = start(model, 30)
    finished = wait(identity)
    folder = home / "jobs" / identity
    lines = (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "answers.jsonl").write_text("".join(lines[:7]) + lines[7][:10], encoding="utf-8")  # killed while writing the eighth
    file_store.write(replace(finished, state="running", done=7))
    os.utime(folder / "alive", (0, 0))
    assert file_job.get(identity).state == "interrupted"
    file_job.go_on(identity)
    job = wait(identity)
    assert (job.state, job.done) == ("finished", 30)
    assert close([json.loads(line) for line in lines], [asdict(item) for item in file_job.answered(identity)])


def test_a_model_that_is_not_there_fails_the_job_in_words() -> None:
    job = wait(start("no-such-model", 3))
    assert job.state == "failed" and job.error and "no-such-model" in job.error["message"]


def test_a_file_without_rows_or_a_column_is_refused(model: str) -> None:
    with pytest.raises(StudioError, match="no rows"):
        file_job.start(TASK, model, stored(1).id, "mail.csv", {"text": "text"}, LABELS, 0)
    with pytest.raises(StudioError, match="column"):
        file_job.start(TASK, model, stored(1).id, "mail.csv", {}, LABELS, 1)


def test_a_finished_job_can_be_deleted_and_its_upload_stays(model: str) -> None:
    identity = start(model, 3)
    job = wait(identity)
    file_job.delete(identity)
    assert file_job.jobs(TASK) == []
    assert len(data.open_dataset(job.dataset).frame()) == 3
    with pytest.raises(StudioError, match="no file job"):
        file_job.get(identity)


@pytest.mark.parametrize("identity", ["", "..", "../runs", "a/b", "nothing-there"])
def test_an_id_never_leads_out_of_its_folder(identity: str) -> None:
    with pytest.raises(StudioError):
        file_job.get(identity)


def test_a_vector_comes_back_bit_by_bit_and_takes_little_room() -> None:
    vector = array("f", [0.1 * number for number in range(384)]).tolist()
    line = file_store.line(Answered(vector))
    assert file_store.answer_of(line) == Answered(vector)
    assert len(line) < 2200


def test_a_file_is_made_beside_the_page_and_found_again(model: str) -> None:
    job = wait(start(model, 30))
    assert download_job.is_quick(job, "csv") and download_job.ready(job, "csv") is None
    download_job.start(job, "csv")
    end = time.monotonic() + 60
    while download_job.making(job, "csv") and time.monotonic() < end:
        time.sleep(0.02)
    path = download_job.ready(job, "csv")
    assert path is not None and len(pd.read_csv(path, encoding="utf-8-sig")) == 30
    assert download_job.build(job, "csv") == path
    assert [found.name for found in path.parent.glob("answers-*")] == ["answers-30.csv"]


def test_what_was_made_of_fewer_rows_makes_room_for_the_newer_file(model: str) -> None:
    job = wait(start(model, 12))
    older = download_job.build(replace(job, done=5), "jsonl")
    assert len(older.read_text(encoding="utf-8").splitlines()) == 5
    newer = download_job.build(job, "jsonl")
    assert len(newer.read_text(encoding="utf-8").splitlines()) == 12 and not older.exists()


def test_a_file_that_cannot_be_made_says_why_and_leaves_nothing_half_written(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job = wait(start(model, 3))
    monkeypatch.setattr(answer_files, "SHEET_ROWS", 1)
    download_job.start(job, "xlsx")
    end = time.monotonic() + 60
    while not (made := download_job.making(job, "xlsx")) or not made.failed:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert "Download it as CSV" in made.failed
    assert list(file_store.folder(job.id).glob("answers-*")) == []


def test_json_lines_with_a_damaged_byte_come_back_with_their_answers(model: str) -> None:
    content = '{"text": "größer"}\n'.encode() + b'{"text": "broken \xff byte", "n": 1}\n'
    dataset = data.Dataset.of(data.store(content, "mail.jsonl")).save()
    job = wait(file_job.start(TASK, model, dataset.id, "mail.jsonl", {"text": "text"}, LABELS, 2))
    lines = [json.loads(line) for line in download_job.build(job, "jsonl").read_text(encoding="utf-8").splitlines()]
    assert (job.state, job.failed) == ("finished", 0) and all(line["label"] in LABELS["labels"] for line in lines)
    assert lines[1]["n"] == 1 and lines[1]["text"].startswith("broken ")
