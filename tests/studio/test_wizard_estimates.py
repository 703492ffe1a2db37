"""Estimates are measured beside the page: it asks, goes on, and asks again."""

import time
from pathlib import Path

from engine import data, words
from engine.tasks import task_class
from studio.wizard import estimates
from studio.wizard.estimates import Measured, Question


def wait(question: Question, seconds: float = 60) -> Measured | None:
    end = time.monotonic() + seconds
    while (found := estimates.ask(question)) is None and time.monotonic() < end:
        time.sleep(0.05)
    return found


def question(dataset: str, **settings: object) -> Question:
    return Question.of("text-classification", "single_label", dataset, "minilm", {"method": "head", **settings})


def test_the_first_question_starts_the_measuring_and_does_not_wait_for_it() -> None:
    asked = question("0000000000000001")
    assert estimates.known(asked) is None
    assert estimates.ask(asked) is None


def test_what_cannot_be_measured_says_why() -> None:
    found = wait(question("0000000000000002"))
    assert found is not None and found.estimate is None
    assert "no data set" in found.problem


def test_a_real_estimate_says_seconds_memory_and_the_method(home: Path) -> None:
    rows = "".join(f"please pay me back {n},refund\nwhere is my parcel {n},delivery\n" for n in range(40))
    dataset = data.Dataset.of(data.store(f"text,label\n{rows}".encode(), "mail.csv"))
    dataset = dataset.with_mapping(dataset.guess(task_class("text-classification").variant())).save()
    found = wait(question(dataset.id, epochs=2))
    assert found is not None and found.estimate is not None, found
    assert found.estimate.method == "head" and found.estimate.rows == 80 and found.estimate.classes == 2
    assert 0 < found.estimate.seconds_low <= found.estimate.seconds <= found.estimate.seconds_high
    assert found.estimate.memory_bytes > 0


def test_equal_settings_are_one_question() -> None:
    assert question("0000000000000003", epochs=3, seed=1) == question("0000000000000003", seed=1, epochs=3)


def test_an_estimate_is_said_without_false_digits() -> None:
    said = [words.roughly(seconds) for seconds in (0.4, 7.3, 41, 131, 631, 4000)]
    assert said == ["1 s", "7 s", "40 s", "2 min 10 s", "11 min", "1 h 5 min"]


def test_what_auto_turned_out_to_be_is_not_measured_again(home: Path) -> None:
    rows = "".join(f"please pay me back {n},refund\nwhere is my parcel {n},delivery\n" for n in range(40))
    dataset = data.Dataset.of(data.store(f"text,label\n{rows}".encode(), "mail.csv"))
    dataset = dataset.with_mapping(dataset.guess(task_class("text-classification").variant())).save()
    found = wait(Question.of("text-classification", "single_label", dataset.id, "minilm", {"method": "auto", "epochs": 2}))
    assert found is not None and found.estimate is not None, found
    assert estimates.known(question(dataset.id, epochs=2, method=found.estimate.method)) == found
