"""A run's curves: read only what is newer, then the lines of two charts. Nothing here draws."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from engine import runs
from studio.live_chart import Curve, Mark
from studio.results_tables import baseline_name, metric, value_text

POINTS = 1500  # kept per curve: enough for a screen's width, light for the wire
MARKED = 60  # validation points up to which each has its dot
BEFORE = {"zero-shot": "Before training", "majority": "Commonest answer"}  # short names, the better baseline first

Points = Sequence[tuple[int, float]]
Read = Callable[..., Mapping[str, Points]]


@dataclass
class CurveFeed:
    """What a session has read of one run's curves. A point is (step, value)."""

    run_id: str
    points: dict[str, dict[int, float]] = field(default_factory=dict)

    def update(self, read: Read | None = None) -> dict[str, list[tuple[int, float]]]:
        """Read what came since the last time and return all of it; reads everything anew once it holds too much."""
        read = read or runs.curves
        if max((len(curve) for curve in self.points.values()), default=0) > 2 * POINTS:
            self.points.clear()
        new = read(self.run_id, after_step={name: max(curve) for name, curve in self.points.items()}, points=POINTS)
        for name, curve in new.items():
            self.points.setdefault(name, {}).update(curve)
        return {name: sorted(curve.items()) for name, curve in self.points.items()}


def best_point(curve: Points, greater_is_better: bool) -> tuple[int, float] | None:
    """The best (step, value) of a curve; the earliest of equals."""
    known = [point for point in curve if point[1] == point[1]]
    if not known:
        return None
    return max(known, key=lambda point: (point[1] if greater_is_better else -point[1], -point[0]))


def metric_curve(curves: Mapping[str, Points], name: str) -> Points:
    """The primary metric's curve, whichever way it is called."""
    return next((curves[key] for key in (name, f"val_{name}") if key in curves), ())


def best_epoch_step(curves: Mapping[str, Points], best_epoch: int | None) -> int | None:
    """The step at which the best epoch ended: validation is measured once an epoch."""
    measured = curves.get("val_loss") or ()
    if best_epoch is not None and 1 <= best_epoch <= len(measured):
        return measured[best_epoch - 1][0]
    best = best_point(measured, greater_is_better=False)
    return best[0] if best else None


def loss_lines(curves: Mapping[str, Points]) -> list[Curve]:
    """Training loss thin, validation loss thick."""
    train, val = curves.get("train_loss", ()), curves.get("val_loss", ())
    lines = [Curve("Training", train, role="training", width=1.2)] if train else []
    return [*lines, Curve("Validation", val, role="validation", width=3, markers=len(val) <= MARKED)] if val else lines


def metric_lines(curves: Mapping[str, Points], name: str, baselines: Mapping[str, float | None] | None = None) -> list[Curve]:
    """The primary metric on the validation rows; the strongest baseline, once measured, as a level line."""
    curve = metric_curve(curves, name)
    if not curve:
        return []
    lines = [Curve(metric(name).label, curve, role="validation", width=3, markers=len(curve) <= MARKED)]
    known = {key: value for key, value in (baselines or {}).items() if value is not None}
    if known:
        key = next((key for key in BEFORE if key in known), next(iter(known)))
        ends = (curve[0][0], curve[-1][0]) if len(curve) > 1 else (0, curve[0][0])
        lines.append(Curve(f"{BEFORE.get(key) or baseline_name(key)} {value_text(name, known[key])}", [(end, known[key]) for end in ends],
                           role="baseline", width=1.5, dash="dash"))
    return lines


def best_mark(step: int | None, final: bool) -> list[Mark]:
    """The upright line at the best epoch."""
    return [] if step is None else [Mark(step, "Best epoch" if final else "Best so far")]
