"""What was asked on a task's page, and answered."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Exchange:
    """One model's answers to the rows of one press on "Answer". second: what another model says to the very same."""

    model: str
    rows: list[dict[str, Any]]
    options: dict[str, Any]
    answers: list[Any]
    seconds: float
    stopped: bool = False
    second: "Exchange | None" = None
