"""What is learnt: from which columns, with which loss, and how it is measured."""

from engine.training.objectives.base import Objective

__all__ = ["Objective"]
