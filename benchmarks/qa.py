"""Questions: exact match and F1 of the embedded default on questions and talks that it was not trained on.

    python -m benchmarks.qa [--data ../shared/data] [--models reading-pair minilm-qa smollm2-qa]

- xquad: the last 232 questions of XQuAD English; the adapters were trained on the first 15 articles, which share no paragraph with them;
- talks: 200 questions of talks about invented stories whose templates were held out from training (assets/qa/stories.py);
- written: questions about texts written for this project that no adapter was trained on, and how many of those that the text does not
  answer are answered by nothing (assets/qa/readings.jsonl).
Words are compared as SQuAD does: without case, punctuation and articles.
"""

import argparse
import json
import re
import string
import time
from collections import Counter
from pathlib import Path
from typing import Any

from assets.qa.lessons import ARTICLES, paragraphs, readings
from assets.qa.stories import HELD_OUT, talks
from engine.models.question_prompt import NO_ANSWER

LAST, TALKS = 232, 200
STORY = "Sally has been living in London for 3 years. Previously, Sally lived in Liverpool."
ASKED = (("Where does Sally live?", [], "London"), ("How long has Sally lived in London?", [], "3 years"),
         ("Where did Sally live before?", [], "Liverpool"),
         ("How long has she lived there?", [("Where does Sally live?", "London")], "3 years"),
         ("Where did she live before?", [("Where does Sally live?", "London"), ("How long has she lived there?", "3 years")], "Liverpool"))


def plain(text: str) -> str:
    kept = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def f1(said: str, truth: str) -> float:
    left, right = plain(said).split(), plain(truth).split()
    common = sum((Counter(left) & Counter(right)).values())
    return 2 * common / (len(left) + len(right)) if common else 0.0


def scored(task: Any, rows: list[dict[str, Any]], truths: list[str]) -> dict[str, Any]:
    began = time.perf_counter()
    answers = task.answer(rows)
    seconds = time.perf_counter() - began
    exact = sum(plain(said) == plain(truth) for said, truth in zip(answers, truths, strict=True))
    return {"questions": len(rows), "exact_match": round(exact / len(rows), 4),
            "f1": round(sum(map(f1, answers, truths)) / len(rows), 4), "seconds_per_question": round(seconds / len(rows), 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--models", nargs="+", default=[None])
    given = parser.parse_args()
    file = given.data / "xquad_en_de" / "xquad.en.json"
    print(json.dumps({model or "default": measured(model, file) for model in given.models}, indent=2))


def measured(model: str | None, file: Path) -> dict[str, Any]:
    from engine import QA

    task = QA(model)
    task("Who is it?", "It is Ann.")  # warm
    known = {context for context, _ in paragraphs(file, slice(0, ARTICLES))}
    rows = [({"question": question, "context": context}, answer) for context, asked in paragraphs(file, slice(0, None))
            for question, answer, _ in asked][-LAST:]
    assert not known & {row["context"] for row, _ in rows}, "a paragraph was trained on"
    asked = [({"question": question, "context": talk.context, "prev_qa": talk.turns[:place]}, answer)
             for talk in talks(HELD_OUT, TALKS, seed=2026) for place, (question, answer) in enumerate(talk.turns)][:TALKS]
    told = [({"question": question, "context": STORY, "prev_qa": before}, answer) for question, before, answer in ASKED]
    texts = list(readings(held_out=True))
    written = [({"question": question, "context": text["text"]}, answer) for text in texts for question, answer in text["questions"]]
    empty = task.answer([{"question": question, "context": text["text"]} for text in texts for question in text.get("unanswerable", ())])
    return {"xquad": scored(task, *map(list, zip(*rows, strict=True))),
            "talks": scored(task, *map(list, zip(*asked, strict=True))),
            "written": scored(task, *map(list, zip(*written, strict=True))),
            "unanswerable": {"questions": len(empty), "said_so": sum(said == NO_ANSWER for said in empty)},
            "story": {row["question"]: str(task(**row)) for row, _ in told},
            "story_right": sum(task(**row) == answer for row, answer in told)}


if __name__ == "__main__":
    main()
