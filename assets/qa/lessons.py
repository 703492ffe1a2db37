"""What the question models learn from, besides invented stories: XQuAD's first articles, and texts that were written for this project."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ARTICLES = 15  # of XQuAD's 24; the others are for measuring
LEFT_OUT = ("London", "Liverpool", "Sally")  # whoever tries the README's example shall know that none of it was learnt by heart
READINGS, HELD_OUT = Path(__file__).parent / "readings.jsonl", 16  # every 16th text is left for measuring

Paragraph = tuple[str, list[tuple[str, str, int]]]  # a text with its questions, answers, and where these start


def paragraphs(file: Path, articles: slice) -> list[Paragraph]:
    """XQuAD's texts (SQuAD's JSON) with their questions."""
    data = json.loads(file.read_text(encoding="utf-8"))["data"][articles]
    return [(paragraph["context"], [(qa["question"].strip(), qa["answers"][0]["text"], qa["answers"][0]["answer_start"])
                                    for qa in paragraph["qas"]]) for article in data for paragraph in article["paragraphs"]]


def training_paragraphs(file: Path, articles: int) -> list[Paragraph]:
    """The paragraphs of the first articles that hold none of the names left out."""
    found = paragraphs(file, slice(0, articles))
    return [(text, asked) for text, asked in found if not any(name in f"{text} {asked}" for name in LEFT_OUT)]


def readings(held_out: bool = False) -> Iterator[dict[str, Any]]:
    """The texts to learn from, or those that are left for measuring: text, questions, perhaps unanswerable and talk."""
    for place, line in enumerate(READINGS.read_text(encoding="utf-8").splitlines()):
        if (place % HELD_OUT == 0) == held_out:
            yield json.loads(line)
