"""Rows whose label looks wrong: a classifier that did not see them is sure of another one (Northcutt et al., arXiv 1911.00068)."""

import copy
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import StudioError
from engine.tasks import task_class
from engine.training.environment import computing, resolve
from engine.training.events import Event, Reporter, ignore, never
from engine.training.examples import read_examples
from engine.training.learners import learner_for
from engine.training.rows import DenseRows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.base import BaseModel

FOLDS = 5
STRENGTH = 0.1  # of the classifier's fit (C): with few rows a weaker one doubts more truly
ITERATIONS = 200


@dataclass(frozen=True)
class Doubt:
    """A row of the params. likelier: the label that it looks like, with this probability."""

    row: int
    label: str
    likelier: str
    probability: float


def doubts(model: "BaseModel", task: str, variant: str, params: Mapping[str, Any], settings: Settings | None = None,
           report: Callable[[Event], None] = ignore, should_stop: Callable[[], bool] = never, *, threads: int | None = None) -> list[Doubt]:
    """The rows of a single-label data set whose label looks wrong, the surest first; the model stays as it is.

    What the model sees of each row is kept for the trainings that come after. StudioError where `fit` would raise it.
    """
    settings, reporter = settings or Settings(method="head", validation_split=0), Reporter(report, should_stop)
    if task_class(task).variant(variant).columns[-1].kind != "label":
        raise StudioError("Labels are looked at where a row has exactly one.", "Choose the variant with one label a row.")
    with computing(model, settings.seed, threads):
        learner = learner_for(copy.deepcopy(model), task)
        examples = read_examples(learner, variant, params, settings)
        method, settings, _ = resolve(learner, variant, examples, settings)
        rows, _ = learner.prepare(examples.inputs, method, settings, reporter)
        assert isinstance(rows, DenseRows)
        reporter.check_stop()
        reporter.progress("comparing labels", 0, 1)
        labels = examples.targets.numpy().astype(np.int64)
        found = probabilities(rows.values.float().numpy()[examples.index[:, 0]], labels, settings.seed)
    return [Doubt(row, examples.classes[labels[row]], examples.classes[other], float(found[row, other]))
            for row, other in _doubted(found, labels)]


def probabilities(features: NDArray[np.float32], labels: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """(rows, classes), each row's from a classifier that learnt from other rows; 0 for a class of one row, which none can have learnt."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    counts = np.bincount(labels)
    found, kept = np.zeros((len(labels), len(counts))), counts[labels] > 1
    if (classes := np.unique(labels[kept])).size < 2:
        return found
    folds = StratifiedKFold(min(FOLDS, int(counts.max())), shuffle=True, random_state=seed)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=ITERATIONS))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="sklearn")  # of classes with fewer rows than folds, and of a fit that ended early
        found[np.ix_(kept, classes)] = cross_val_predict(model, features[kept], labels[kept], cv=folds, method="predict_proba")
    return found


def _doubted(found: NDArray[np.float64], labels: NDArray[np.int64]) -> list[tuple[int, int]]:
    """(row, likelier class): as sure of another class as rows of that class are on average of their own."""
    rows = np.arange(len(labels))
    counts = np.bincount(labels, minlength=found.shape[1])
    usual = np.bincount(labels, weights=found[rows, labels], minlength=found.shape[1]) / np.maximum(counts, 1)
    likelier = found.argmax(axis=1)
    doubted = np.flatnonzero((likelier != labels) & (found[rows, likelier] >= usual[likelier]) & (counts[labels] > 1))
    margin = found[doubted, likelier[doubted]] - found[doubted, labels[doubted]]
    return [(int(row), int(likelier[row])) for row in doubted[np.argsort(-margin, kind="stable")]]
