"""Metrics of labels, of pairs, of groups, and of answers in words.

All numbers of one evaluation come from the same counts (one confusion matrix, or true and false positives per label), so they
cannot contradict each other; the ranking metric is torchmetrics' own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
        recall, precision = float(_ratio(hit, actual)[there].mean()), float(_ratio(hit, guessed)[there].mean())
        return {"accuracy": float((predicted == truth).mean()), "f1_macro": macro, "precision_macro": precision,
                "balanced_accuracy": recall, "auroc": _auroc(probabilities, truth)}
    whole = counts.sum(axis=0)
    return {"f1_micro": float(f1_micro(whole[None])[0]), "f1_macro": macro,
            "precision_micro": float(_ratio(whole[:1], whole[1:2])[0]), "recall_micro": float(_ratio(whole[:1], whole[2:])[0]),
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


def bootstrap_of(statistic: Callable[[NDArray[np.int64]], float], count: int, seed: int, resamples: int = 400) -> tuple[float, float]:
    """As `bootstrap`, for a statistic of the chosen rows that is no sum."""
    random = np.random.default_rng(seed)
    values = [statistic(random.integers(0, count, size=count)) for _ in range(resamples)]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def correlations(found: NDArray[np.floating], truth: NDArray[np.floating]) -> dict[str, float]:
    """Spearman's and Pearson's correlation; 0 where either side never varies."""
    import pandas

    return {"spearman": _pearson(pandas.Series(found).rank().to_numpy(), pandas.Series(truth).rank().to_numpy()),
            "pearson": _pearson(found, truth)}


def _pearson(left: NDArray[np.floating], right: NDArray[np.floating]) -> float:
    left, right = left.astype(np.float64), right.astype(np.float64)
    left, right = left - left.mean(), right - right.mean()
    length = float(np.sqrt((left ** 2).sum() * (right ** 2).sum()))
    return float((left * right).sum() / length) if length > 1e-12 else 0.0


@dataclass(frozen=True)
class Retrieval:
    """How well neighbours are found. queries: rows that have company; nearest: the row found first for each; hits: whether it fits.

    missed: places among the queries whose nearest is of another group, the nearest such first.
    """

    summary: dict[str, float]
    queries: NDArray[np.int64]
    nearest: NDArray[np.int64]
    cosine: Floats
    hits: Floats
    missed: NDArray[np.int64]


def retrieval(vectors: NDArray[np.floating], groups: NDArray[np.int64], part: int = 1024) -> Retrieval | None:
    """Each row asks for its neighbours among all others: recall at 1 and 5, and mean average precision. vectors: unit length.

    Rows that are alone in their group ask nothing; None where all are.
    """
    sizes = np.bincount(groups, minlength=1)[groups] if len(groups) else np.empty(0, dtype=np.int64)
    queries = np.flatnonzero(sizes > 1)
    if not len(queries):
        return None
    vectors = vectors.astype(np.float32)
    nearest, cosine, first, fifth, precision = [], [], [], [], []
    for start in range(0, len(queries), part):
        own = queries[start:start + part]
        scores = vectors[own] @ vectors.T
        scores[np.arange(len(own)), own] = -np.inf
        ranked = np.argsort(-scores, axis=1, kind="stable")[:, :-1]
        fits = groups[ranked] == groups[own][:, None]
        nearest.append(ranked[:, 0])
        cosine.append(scores[np.arange(len(own)), ranked[:, 0]])
        first.append(fits[:, 0])
        fifth.append(fits[:, :5].any(axis=1))
        found = fits.cumsum(axis=1) / np.arange(1, fits.shape[1] + 1)
        precision.append((found * fits).sum(axis=1) / fits.sum(axis=1))
    hits, near = np.concatenate(first).astype(np.float64), np.concatenate(cosine).astype(np.float64)
    wrong = np.flatnonzero(hits == 0)
    summary = {"recall_at_1": float(hits.mean()), "recall_at_5": float(np.concatenate(fifth).mean()),
               "mean_average_precision": float(np.concatenate(precision).mean())}
    return Retrieval(summary, queries, np.concatenate(nearest), near, hits, wrong[np.argsort(-near[wrong], kind="stable")])


def answer_words(text: str) -> list[str]:
    """The words of an answer as SQuAD's measure takes them: small, without signs and articles (Rajpurkar et al., arXiv 1606.05250)."""
    import re

    return [word for word in re.findall(r"[^\W_]+", text.lower()) if word not in ("a", "an", "the")]


def answer_scores(said: str, wanted: str) -> dict[str, float]:
    """{"exact_match", "f1"} of one answer, 0 to 1."""
    from collections import Counter

    left, right = answer_words(said), answer_words(wanted)
    shared = (Counter(left) & Counter(right)).total()
    return {"exact_match": float(left == right), "f1": 2 * shared / (len(left) + len(right)) if shared else float(left == right)}


def means(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of each score."""
    return {name: float(np.mean([score[name] for score in scores])) for name in scores[0]} if scores else {}


def _share(rows: int) -> Callable[[Floats], Floats]:
    return lambda sums: sums[:, 0] / rows


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Floats:
    return np.where(whole > 0, part / np.maximum(whole, 1), 0.0)


def _auroc(probabilities: Floats, truth: NDArray[np.int64]) -> float:
    """The mean, over classes that some rows bear and others do not, of how often a row of the class ranks above another one."""
    import torch
    from torchmetrics.functional.classification import binary_auroc

    there = [label for label in range(probabilities.shape[1]) if 0 < int((truth == label).sum()) < len(truth)]
    scores = torch.from_numpy(probabilities)
    return float(np.mean([float(binary_auroc(scores[:, label], torch.from_numpy((truth == label).astype(np.int64)))) for label in there])) \
        if there else 0.0


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
