import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from engine import data
from engine.errors import StudioError


def test_every_class_of_banking77_has_its_share_in_validation(shared_data: Path) -> None:
    frame = data.read(shared_data / "banking77" / "train.csv", "train.csv").frame
    labels = frame["category"].tolist()
    train, validation = data.split(labels, 0.15, 42, texts=frame["text"].tolist())
    assert sorted([*train, *validation]) == list(range(10_003)) and len(validation) == 1_500
    rows, held = Counter(labels), Counter(labels[position] for position in validation)
    assert all(abs(held[label] - 0.15 * count) <= 2 for label, count in rows.items())


def test_the_same_seed_gives_the_same_rows_in_any_process_and_another_seed_others() -> None:
    code = ("from engine import data; labels = [{'b', 'a'} if n % 3 else {'c'} for n in range(60)]; "
            "print([int(n) for n in data.split(labels, 0.2, 7)[1]])")
    said = {subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True,
                           check=True,
                           env={"PYTHONHASHSEED": seed, "PATH": ""}).stdout for seed in ("1", "2")}
    assert len(said) == 1
    labels = ["a", "b"] * 50
    assert not np.array_equal(data.split(labels, 0.2, 1)[1], data.split(labels, 0.2, 2)[1])


def test_a_class_of_one_row_stays_in_training_and_small_classes_share_what_is_held_back() -> None:
    labels = ["often"] * 20 + ["alone"] + [f"pair {number}" for number in range(10) for _ in range(2)]
    train, validation = data.split(labels, 0.2, 42)
    assert len(validation) == 8
    assert 20 in train
    assert {labels[position] for position in train} == set(labels)


def test_copies_and_near_copies_of_a_text_stay_on_one_side() -> None:
    texts = [variant for number in range(100) for variant in (f"Where is card {number}?", f"where is card  {number}",
                                                              f"WHERE IS CARD {number}!!")]
    labels = [("a", "b")[number // 3 % 2] for number in range(300)]
    train, validation = data.split(labels, 0.2, 42, texts=texts)
    assert {position // 3 for position in train}.isdisjoint(position // 3 for position in validation)
    assert 50 <= len(validation) <= 60


def test_texts_that_are_missing_are_no_copies_of_each_other() -> None:
    _, validation = data.split(["a", "b"] * 20, 0.25, 1, texts=[""] * 40)
    assert len(validation) == 10


def test_rows_with_several_labels_are_balanced_and_every_label_is_learnt(shared_data: Path) -> None:
    frame = data.read(shared_data / "goemotions" / "train.csv", "train.csv").frame
    labels = [cell.split("|") for cell in frame["labels"]]
    train, validation = data.split(labels, 0.15, 42)
    assert len(validation) == 900
    rows, held = Counter(label for row in labels for label in row), Counter(label for position in validation for label in labels[position])
    assert all(abs(held[label] / count - 0.15) < 0.12 for label, count in rows.items() if count >= 20)
    rare = [["common", "rare"]] + [["common"]] * 30 + [["common", "seldom"], ["other", "seldom"]]
    for seed in range(20):
        train, _ = data.split(rare, 0.5, seed)
        assert {label for position in train for label in rare[position]} == {"common", "rare", "other", "seldom"}


def test_rows_without_any_label_are_shared_out_too() -> None:
    train, validation = data.split([["a"], []] * 20, 0.25, 3)
    assert sum(position % 2 for position in validation) == 5 and len(train) == 30


@pytest.mark.parametrize(("labels", "share", "held"),
                         [(["a", "b"] * 5, 0.0, 0), (["a"], 0.5, 0), ([], 0.5, 0), (["a", "b"], 0.5, 0), (["a"] * 2, 0.15, 1),
                                                       (["a"] * 10, 0.9, 9)])
def test_small_tables_and_extreme_shares_never_leave_training_empty(labels: list[str], share: float, held: int) -> None:
    train, validation = data.split(labels, share, 1)
    assert (len(train), len(validation)) == (len(labels) - held, held)


def test_wrong_shares_and_lengths_are_refused() -> None:
    for share in (-0.1, 1.0):
        with pytest.raises(StudioError, match="validation share"):
            data.split(["a", "b"], share, 1)
    with pytest.raises(StudioError, match="2 labels and 1 texts"):
        data.split(["a", "b"], 0.5, 1, texts=["x"])
