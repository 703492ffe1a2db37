"""Probabilities of feelings turned into one answer."""

from collections.abc import Mapping

from engine.tasks.answers import Answer


def feeling(probabilities: Mapping[str, float], thresholds: Mapping[str, float]) -> Answer:
    """The label that is furthest above its threshold (0.5 where none was fitted); the details hold all labels that are above theirs."""
    share = {label: probability / thresholds.get(label, 0.5) for label, probability in probabilities.items()}
    ranked = sorted(share, key=lambda label: -share[label])
    return Answer(ranked[0], probabilities=dict(probabilities), labels=[label for label in ranked if share[label] >= 1])
