"""Where a freely written answer stands in its context."""

import re

from engine.tasks.answers import Answer


def located(context: str, answer: str) -> Answer:
    """The answer with start and end of its first occurrence as whole words, whatever its case; None for both where it is not there."""
    found = re.search(rf"(?<!\w){re.escape(answer.strip())}(?!\w)", context, re.IGNORECASE) if answer.strip() else None
    return Answer(answer, start=found.start() if found else None, end=found.end() if found else None, score=None)
