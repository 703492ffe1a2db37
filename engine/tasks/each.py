"""Many rows, of which some cannot be answered: the others go on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import Stopped

if TYPE_CHECKING:
    from engine.tasks.base import Task


def answer_each(task: "Task", rows: Sequence[Mapping[str, Any]], **options: Any) -> list[Any]:
    """Of each row its answer, or the exception that kept it from one. All are asked at once; where that fails, each half by itself."""
    if not rows:
        return []
    try:
        return list(task.answer(rows, **options))
    except Stopped:
        raise
    except Exception as error:
        if len(rows) == 1:
            return [error]
    half = len(rows) // 2
    return answer_each(task, rows[:half], **options) + answer_each(task, rows[half:], **options)
