"""Metrics of classification.

All numbers of one evaluation come from the same counts (one confusion matrix, or true and false positives per label), so they
cannot contradict each other; the ranking metric is torchmetrics' own.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 1000
THRESHOLD = 0.5
CELLS_AT_A_TIME = 4_000_000


def predictions(probabilities: Floats, multi_label: bool) -> NDArray[np.int64]:
    """(rows,) most probable classes, or (rows, classes) of zeros and ones with the threshold 0.5."""
    return (probabilities >= THRESHOLD).astype(np.int64) if multi_label else probabilities.argmax(axis=1)


def confusion_matrix(truth: NDArray[np.int64], predicted: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """(classes, classes): rows are the truth, columns what was predicted."""
    return np.bincount(truth * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def label_counts(truth: NDArray[np.int64], predicted: NDArray[np.int64], classes: int, multi_label: bool) -> NDArray[np.int64]:
    """(classes, 3): true positives, predicted, and actual rows of each class."""
    if multi_label:
        truth = truth.astype(np.int64)
        return np.stack([(truth * predicted).sum(0), predicted.sum(0), truth.sum(0)], axis=1)
    matrix = confusion_matrix(truth, predicted, classes)
    return np.stack([matrix.diagonal(), matrix.sum(0), matrix.sum(1)], axis=1)


def per_class(counts: NDArray[np.int64], labels: list[str]) -> list[dict[str, float | int | str]]:
    """{label, precision, recall, f1, support} for each class; 0 where nothing was predicted or nothing is there."""
    hit, predicted, actual = counts.T
    precision, recall, f1 = _ratio(hit, predicted), _ratio(hit, actual), _ratio(2 * hit, predicted + actual)
    return [{"label": label, "precision": float(precision[i]), "recall": float(recall[i]), "f1": float(f1[i]), "support": int(actual[i])}
            for i, label in enumerate(labels)]


def summary(probabilities: Floats, truth: NDArray[np.int64], multi_label: bool) -> dict[str, float]:
    """The metrics by name. Averages over classes leave out classes without a row in the truth."""
    predicted, classes = predictions(probabilities, multi_label), probabilities.shape[1]
    counts = label_counts(truth, predicted, classes, multi_label)
    hit, guessed, actual = counts.T
    there = actual > 0
    f1 = _ratio(2 * hit, guessed + actual)
    macro = float(f1[there].mean()) if there.any() else 0.0
    if not multi_label:
        recall = float(_ratio(hit, actual)[there].mean())
        return {"accuracy": float((predicted == truth).mean()), "f1_macro": macro, "balanced_accuracy": recall}
    return {"f1_micro": float(f1_micro(counts.sum(axis=0)[None])[0]), "f1_macro": macro,
            "mean_average_precision": _mean_average_precision(probabilities, truth),
            "exact_match": float((predicted == truth).all(axis=1).mean())}


def value_of(metric: str, probabilities: Floats, truth: NDArray[np.int64], multi_label: bool,
             seed: int) -> tuple[float, tuple[float, float]]:
    """The primary metric and its 95% bootstrap interval over rows."""
    predicted = predictions(probabilities, multi_label)
    if multi_label:
        rows = np.stack([(truth * predicted).sum(1), predicted.sum(1), truth.sum(1)], axis=1).astype(np.float64)
        statistic: Callable[[Floats], Floats] = f1_micro
    else:
        rows = (predicted == truth).astype(np.float64)[:, None]
        statistic = _share(len(rows))
    return float(statistic(rows.sum(axis=0)[None])[0]), bootstrap(rows, statistic, seed)


def f1_micro(counts: Floats) -> Floats:
    """(n, 3) true positives, predicted, actual -> (n,) F1 over all labels together; 1 where nothing is to be found and nothing was."""
    hit, predicted, actual = counts.T
    together = predicted + actual
    return np.where(together > 0, 2 * hit / np.maximum(together, 1), 1.0)


def bootstrap(rows: Floats, statistic: Callable[[Floats], Floats], seed: int) -> tuple[float, float]:
    """The 95% interval of a statistic of sums over rows (rows, k), from resampled rows (Efron 1979, percentile interval)."""
    random = np.random.default_rng(seed)
    count, at_a_time = len(rows), max(1, CELLS_AT_A_TIME // max(len(rows), 1))
    values = []
    for start in range(0, RESAMPLES, at_a_time):
        drawn = random.integers(0, count, size=(min(at_a_time, RESAMPLES - start), count))
        values.append(statistic(rows[drawn].sum(axis=1)))
    low, high = np.percentile(np.concatenate(values), [2.5, 97.5])
    return float(low), float(high)


def _share(rows: int) -> Callable[[Floats], Floats]:
    return lambda sums: sums[:, 0] / rows


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Floats:
    return np.where(whole > 0, part / np.maximum(whole, 1), 0.0)


def _mean_average_precision(probabilities: Floats, truth: NDArray[np.int64]) -> float:
    import torch
    from torchmetrics.functional.classification import multilabel_average_precision

    there = truth.sum(axis=0) > 0
    if not there.any():
        return 0.0
    scores, targets = torch.from_numpy(probabilities[:, there]), torch.from_numpy(truth[:, there]).long()
    if there.sum() == 1:  # torchmetrics wants at least two labels
        scores, targets = scores.repeat(1, 2), targets.repeat(1, 2)
    return float(multilabel_average_precision(scores, targets, num_labels=scores.shape[1], average="macro"))
