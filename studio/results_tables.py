"""A run's evaluation as tables and sentences: what the results page shows, without drawing any of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine import words
from engine.training.results import Evaluation


@dataclass(frozen=True)
class Metric:
    """How a metric is named and written. share: from 0 to 1 and shown as percent."""

    label: str
    help: str
    share: bool = True
    greater_is_better: bool = True


METRICS = {
    "accuracy": Metric("Accuracy", "Share of the validation rows that were answered right."),
    "balanced_accuracy": Metric("Balanced accuracy", "The mean of the classes' recalls: every class counts alike."),
    "f1_micro": Metric("F1 over all labels", "Balance of found and right labels, every label counted alike."),
    "f1_macro": Metric("F1, class mean", "Balance of found and right labels, every class counted alike."),
    "precision": Metric("Precision", "Of the rows given a label, the share that bear it."),
    "recall": Metric("Recall", "Of the rows that bear a label, the share that was found."),
    "precision_macro": Metric("Precision, class mean", "Of the rows given a class, the share that bear it; every class counts alike."),
    "precision_micro": Metric("Precision over all labels", "Of all labels given, the share that is right."),
    "recall_micro": Metric("Recall over all labels", "Of all labels to be given, the share that was found."),
    "auroc": Metric("AUROC, class mean", "How often a row of a class is ranked above another one. 50% is chance."),
    "mean_average_precision": Metric("Mean average precision", "How far up what belongs together, or bears the label, is ranked."),
    "exact_match": Metric("Exact match", "Share of the validation rows that were answered just as wanted."),
    "f1": Metric("F1 of the words", "How many words the answer shares with the wanted one."),
    "rouge_1": Metric("ROUGE-1", "How many words the written text shares with the wanted one."),
    "rouge_2": Metric("ROUGE-2", "How many pairs of words the written text shares with the wanted one."),
    "rouge_l": Metric("ROUGE-L", "How long a sequence of words the written text shares with the wanted one."),
    "perplexity": Metric("Perplexity", "How surprised the model is by the wanted words: 1 is not at all.", share=False,
                         greater_is_better=False),
    "spearman": Metric("Spearman's correlation", "Whether cosines rank the pairs as their scores do: 1 is the same order, 0 is chance.",
                       share=False),
    "pearson": Metric("Pearson's correlation", "Whether cosines grow with the scores along a line: 1 is a line, 0 is chance.", share=False),
    "recall_at_1": Metric("Nearest is of the same group", "Share of the validation rows whose nearest neighbour is of their group."),
    "recall_at_5": Metric("One of five nearest is", "Share of the validation rows with one of their group among the five nearest."),
    "loss": Metric("Loss", "What training makes small. Compare it between epochs, not between data sets.",
                   share=False, greater_is_better=False),
}
BASELINES = {
    "majority": "Always the commonest answer",
    "zero-shot": "The model before training",
    "zero_shot": "The model before training",
}


def metric(name: str) -> Metric:
    """The words for a metric; one that is not known here keeps its own name."""
    plain = name.removeprefix("val_").removeprefix("train_")
    return METRICS.get(plain) or Metric(plain.replace("_", " ").capitalize(), "", share=False)


def value_text(name: str, value: float | None) -> str:
    """93.4% for a share, four significant digits otherwise, a dash for none."""
    if value is None or value != value:
        return "–"
    return words.percent(value) if metric(name).share else f"{value:.4g}"


def interval_text(evaluation: Evaluation) -> str:
    """92.8% to 94.0%: where the metric lies in 95 of 100 draws of the validation rows."""
    low, high = evaluation.interval
    return f"{value_text(evaluation.metric, low)} to {value_text(evaluation.metric, high)}"


def baseline_name(key: str) -> str:
    return BASELINES.get(key) or key.replace("_", " ").replace("-", " ").capitalize()


def verdict(evaluation: Evaluation) -> str:
    """One sentence on whether training helped, judged by the interval against the best baseline."""
    known = {key: value for key, value in evaluation.baselines.items() if value is not None}
    if not known:
        return "There is nothing to compare it with."
    sign = 1 if metric(evaluation.metric).greater_is_better else -1
    best = max(known, key=lambda key: sign * known[key])
    named = f"{baseline_name(best)[0].lower()}{baseline_name(best)[1:]} ({value_text(evaluation.metric, known[best])})"
    low, high = sorted(sign * edge for edge in evaluation.interval)
    if low > sign * known[best]:
        return f"Training helped: clearly better than {named}."
    if high < sign * known[best]:
        return f"Training did not help: worse than {named}."
    return f"Not clear that training helped: {named} lies within the interval."


def class_table(evaluation: Evaluation) -> pd.DataFrame:
    """Per class: precision, recall, F1 as shares, support in rows; the weakest first."""
    columns = ["label", "precision", "recall", "f1", "support"]
    table = pd.DataFrame(evaluation.per_class or [], columns=columns)
    return table.sort_values(["f1", "support"], ascending=[True, False], kind="stable").reset_index(drop=True)


def most_confused(evaluation: Evaluation, count: int) -> list[int]:
    """Indices of the classes with the most errors in their row or column, in the order of the labels."""
    matrix = evaluation.confusion or []
    errors = [
        sum(row) - row[index] + sum(other[index] for other in matrix) - row[index] for index, row in enumerate(matrix)
    ]
    return sorted(sorted(range(len(matrix)), key=lambda index: -errors[index])[:count])


def mistakes_table(evaluation: Evaluation, row_numbers: Sequence[int] | None = None) -> pd.DataFrame:
    """The surest wrong answers: row, probability, text, truth, predicted. row_numbers: the file's number of each given row."""
    rows = []
    for mistake in evaluation.mistakes or []:
        place = int(mistake["row"])
        row = row_numbers[place] if row_numbers is not None and place < len(row_numbers) else place + 1
        rows.append({**mistake, "row": row, "truth": _joined(mistake.get("truth")), "predicted": _joined(mistake.get("predicted"))})
    return pd.DataFrame(rows, columns=["row", "probability", "text", "truth", "predicted"])


def _joined(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple, set)) else str(value)


def plain(text: Any) -> str:
    """Somebody's words, made safe to stand inside Markdown: nothing in them turns into markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!$~|<>:&" else sign for sign in str(text))
