"""What is learnt: from which columns, with which loss, and how it is measured."""

from typing import TYPE_CHECKING

from engine.training.objectives.base import Objective

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant

__all__ = ["Objective", "objective_for"]


def objective_for(variant: "Variant") -> Objective:
    """What a variant's columns let learn where no model says otherwise."""
    from engine.training.objectives.groups import Groups
    from engine.training.objectives.labels import Labels
    from engine.training.objectives.pairs import Pairs
    from engine.training.objectives.writing import Written

    kinds = {"label": lambda: Labels(several=False), "labels": lambda: Labels(several=True), "score": Pairs, "group": Groups}
    return kinds.get(variant.columns[-1].kind, Written)()
