from collections.abc import Mapping
from typing import Any

from engine import runs
from engine.runs import changes
from studio.run_curves import POINTS, CurveFeed, best_epoch_step, best_mark, best_point, loss_lines, metric_lines
from tests.studio import stored_runs

RUN = "20261122-104211-0001"


def test_the_feed_reads_only_what_is_newer() -> None:
    stored_runs.begin(stored_runs.enter(RUN))
    asked: list[Mapping[str, int]] = []

    def read(run_id: str, after_step: Mapping[str, int], points: int) -> dict[str, Any]:
        asked.append(dict(after_step))
        return runs.curves(run_id, after_step=after_step, points=points)

    feed = CurveFeed(RUN)
    first = feed.update(read)
    changes.store_events(RUN, [{**stored_runs.point("train_loss", 13, 3.25, 0.1), "seq": 100}], None)
    second = feed.update(read)
    assert asked == [{}, {"train_loss": 12, "val_loss": 12, "accuracy": 12}]
    assert second["train_loss"] == [*first["train_loss"], (13, 0.1)]
    assert second["val_loss"] == first["val_loss"]


def test_the_feed_starts_anew_before_it_holds_too_much() -> None:
    feed = CurveFeed(RUN, {"train_loss": {step: 1.0 for step in range(2 * POINTS + 1)}})
    assert feed.update(lambda *_, **__: {"train_loss": [(1, 0.5)]}) == {"train_loss": [(1, 0.5)]}


def test_the_best_point_is_the_earliest_of_equals_and_never_nan() -> None:
    assert best_point([(1, 0.5), (2, 0.9), (3, 0.9)], greater_is_better=True) == (2, 0.9)
    assert best_point([(1, float("nan")), (2, 0.4)], greater_is_better=False) == (2, 0.4)
    assert best_point([], greater_is_better=True) is None


def test_the_best_epoch_is_marked_where_its_validation_was_measured() -> None:
    curves = {"val_loss": [(4, 1.5), (8, 0.5), (12, 1.5)]}
    assert best_epoch_step(curves, 3) == 12
    assert best_epoch_step(curves, None) == 8
    assert best_epoch_step({}, None) is None
    assert best_mark(None, final=True) == []
    assert best_mark(8, final=False)[0].label == "Best so far"


def test_training_is_a_thin_line_and_validation_a_thick_one() -> None:
    train, validation = loss_lines({"train_loss": [(1, 1.0)], "val_loss": [(4, 0.9)]})
    assert (train.role, validation.role) == ("training", "validation")
    assert train.width < validation.width


def test_the_baseline_before_training_is_a_level_line_beside_the_metric() -> None:
    curve, before = metric_lines({"accuracy": [(4, 0.6), (8, 0.8)]}, "accuracy", {"majority": 0.1, "zero-shot": 0.5})
    assert curve.points == [(4, 0.6), (8, 0.8)]
    assert (before.name, before.points, before.role) == ("Before training 50.0%", [(4, 0.5), (8, 0.5)], "baseline")
    assert metric_lines({}, "accuracy", {"majority": 0.1}) == []
