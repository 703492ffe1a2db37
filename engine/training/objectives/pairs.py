"""How alike two inputs are: the cosine of their vectors."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor, nn, tensor

from engine.errors import StudioError
from engine.training.examples import Examples, Positions, columns_of, enough, split_rows, unique, variant_inputs
from engine.training.losses import PairLoss, cosines
from engine.training.metrics import bootstrap_of, correlations
from engine.training.objectives.base import Item, Objective
from engine.training.results import Evaluation
from engine.training.rows import Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant
    from engine.training.events import Reporter
    from engine.training.learners import Learner

FARTHEST = 200  # pairs that are shown because their cosine is farthest from their score
DRAWN = 1000  # points of the picture


class Pairs(Objective):
    """Mean squared error between cosine and score."""

    def read(self, variant: "Variant", params: Mapping[str, list[Any]], settings: Settings, item: Item) -> Examples:
        given = variant_inputs(variant)
        half, values = len(given) // 2, columns_of(given, params)
        names = [_singular(column.key) for column in given[:half]]
        sides = [[item(names, row) for row in zip(*values[part], strict=True)] for part in (slice(0, half), slice(half, None))]
        scores = _scores(params[variant.columns[-1].key])
        enough(len(scores))
        inputs, places = unique([*sides[0], *sides[1]])
        index = np.array(places, dtype=np.int64).reshape(2, len(scores)).T

        def share(fraction: float) -> Any:
            from engine.data.splitting import split

            alike = np.unique(np.sort(index, axis=1), axis=0, return_inverse=True)[1].reshape(-1)  # a pair and its mirror stay together
            return split([0] * len(scores), fraction, settings.seed, groups=alike)

        train, validation = split_rows(len(scores), settings, share)
        return Examples(inputs, index, tensor(scores), variant.metric, train, validation, params=params)

    def loss(self, examples: Examples, settings: Settings) -> nn.Module:
        return PairLoss()

    def kept(self, outputs: Tensor) -> Tensor:
        return cosines(outputs)

    def measure(self, kept: Tensor, positions: Positions, examples: Examples) -> dict[str, float]:
        return {"spearman": correlations(kept.numpy(), examples.targets.numpy()[positions])["spearman"]}

    def before(self, learner: "Learner", examples: Examples, reporter: "Reporter") -> Any:
        from engine.training.objectives.asking import vectors_before

        found = vectors_before(learner, examples, reporter)
        return None if found is None else cosines(found.transpose(0, 1).flatten(0, 1)).numpy()

    def evaluate(self, learner: "Learner", rows: Rows, examples: Examples, before: Any, settings: Settings,
                 reporter: "Reporter") -> tuple[dict[str, float], Evaluation | None]:
        found = self.outputs(learner, rows, examples, examples.validation, settings, reporter).numpy()
        truth = examples.targets.numpy()[examples.validation]
        metrics = correlations(found, truth)
        interval = bootstrap_of(lambda rows: correlations(found[rows], truth[rows])["spearman"], len(found), settings.seed)
        baselines = {"zero-shot": None if before is None else correlations(before, truth)["spearman"]}
        return metrics, Evaluation(metric="spearman", value=metrics["spearman"], interval=interval, baselines=baselines,
                                   mistakes=_farthest(found, truth, examples),
                                   points=[{"truth": float(score), "after": float(cosine), "before": None if before is None else float(old)}
                                           for score, cosine, old in zip(truth[:DRAWN], found[:DRAWN],
                                                                         (found if before is None else before)[:DRAWN], strict=True)])


def _farthest(found: Any, truth: Any, examples: Examples) -> list[dict[str, Any]]:
    return [{"row": examples.row(position), "text": examples.said(position), "truth": round(float(truth[place]), 3),
             "predicted": round(float(found[place]), 3), "probability": float(abs(found[place] - truth[place]) / 2)}
            for place in np.argsort(-np.abs(found - truth), kind="stable")[:FARTHEST]
            for position in [int(examples.validation[place])]]


def _scores(values: list[Any]) -> list[float]:
    scores = []
    for row, value in enumerate(values):
        try:
            score = float(value)
        except (TypeError, ValueError):
            score = float("nan")
        if score != score:
            raise StudioError(f"The score of row {row} is {value!r}, not a number.", "Give a number from -1 to 1 for each pair.")
        scores.append(score)
    low, high = min(scores, default=0.0), max(scores, default=0.0)
    if low < -1 or high > 1:
        wrong = next(row for row, score in enumerate(scores) if not -1 <= score <= 1)
        hint = (f"They look like a scale from 0 to {5 if high <= 5 else high:g}: divide each by {5 if high <= 5 else high:g}." if low >= 0
                else "A cosine lies between -1 (opposite) and 1 (equal).")
        raise StudioError(f"The scores go from {low:g} to {high:g}, outside of -1 to 1, such as row {wrong}.", hint)
    return scores


def _singular(key: str) -> str:
    """The key of a pair's column as the groups' variant names it."""
    return key.rstrip("12").replace("imgs", "images")
