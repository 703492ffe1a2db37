"""Metrics, against scikit-learn's where it has them."""

import numpy as np
import pytest
from sklearn import metrics as reference

from engine.training import metrics


def _single(rows=200, classes=5):
    random = np.random.default_rng(1)
    truth = random.integers(0, classes, rows)
    scores = random.random((rows, classes)) + 0.5 * np.eye(classes)[truth]
    return scores / scores.sum(axis=1, keepdims=True), truth


def test_one_label_a_row():
    found, truth = _single()
    said, values = found.argmax(axis=1), metrics.summary(found, truth, False)
    assert values["accuracy"] == pytest.approx(reference.accuracy_score(truth, said))
    assert values["f1_macro"] == pytest.approx(reference.f1_score(truth, said, average="macro"))
    assert values["balanced_accuracy"] == pytest.approx(reference.balanced_accuracy_score(truth, said))
    assert (metrics.confusion_matrix(truth, said, 5) == reference.confusion_matrix(truth, said)).all()


def test_several_labels_a_row():
    random = np.random.default_rng(2)
    truth = random.integers(0, 2, (200, 6))
    found = np.clip(0.5 * random.random((200, 6)) + 0.4 * truth, 0, 1)
    values = metrics.summary(found, truth, True)
    said = (found >= 0.5).astype(int)
    assert values["f1_micro"] == pytest.approx(reference.f1_score(truth, said, average="micro"))
    assert values["f1_macro"] == pytest.approx(reference.f1_score(truth, said, average="macro"))
    assert values["mean_average_precision"] == pytest.approx(reference.average_precision_score(truth, found, average="macro"), abs=1e-4)


def test_each_class_by_itself():
    found, truth = _single()
    said = found.argmax(axis=1)
    rows = metrics.per_class(metrics.label_counts(truth, said, 5, False), list("abcde"))
    precision, recall, f1, support = reference.precision_recall_fscore_support(truth, said)
    assert [row["precision"] for row in rows] == pytest.approx(precision)
    assert [row["recall"] for row in rows] == pytest.approx(recall)
    assert [row["f1"] for row in rows] == pytest.approx(f1)
    assert [row["support"] for row in rows] == support.tolist()


def test_the_interval_narrows_with_the_rows_and_holds_the_value():
    few, many = _single(100), _single(10_000)
    value, (low, high) = metrics.value_of("accuracy", *few, False, seed=0)
    _, (lower, higher) = metrics.value_of("accuracy", *many, False, seed=0)
    assert low < value < high and higher - lower < (high - low) / 5


def test_the_interval_of_an_accuracy_is_the_binomial_one():
    found, truth = _single(1000)
    value, (low, high) = metrics.value_of("accuracy", found, truth, False, seed=0)
    spread = 1.96 * (value * (1 - value) / 1000) ** 0.5
    assert (low, high) == pytest.approx((value - spread, value + spread), abs=0.005)
