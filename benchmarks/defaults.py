"""How good the embedded defaults are on real data, each beside something simpler.

    python -m benchmarks.defaults [--data ../shared/data] [--only emotion summaries texts images] [--rows 200]

- emotion: F1 on GoEmotions' test part, against zero-shot likeness to the labels;
- summaries: ROUGE on dialogsum's test rows, chosen sentences and written ones, against the first three sentences;
- texts: zero-shot accuracy on Banking77's test file and on sms_spam, against chance;
- images: zero-shot accuracy on sign digits and on 20 common objects among emoji, against chance. The 20: of ten kinds of things the first
  two by name that are a single word. The constants of the method were chosen on the other emoji.
"""

import argparse
import csv
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

KINDS = ("animal-mammal", "animal-bird", "food-fruit", "food-vegetable", "food-prepared", "clothing", "transport-ground",
         "musical-instrument",
         "sport", "computer")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def table(file: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with file.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines))


def timed(work: Callable[[], list[Any]]) -> tuple[list[Any], float]:
    """The answers, and seconds per item."""
    began = time.perf_counter()
    answers = work()
    return answers, round((time.perf_counter() - began) / len(answers), 4)


def emotion(data: Path, rows: int) -> dict[str, Any]:
    from engine import Emotion, TextClassification

    found = table(data / "goemotions" / "test.csv")
    texts, truths = [row["text"] for row in found], [set(row["labels"].split("|")) for row in found]
    task = Emotion()
    names = sorted(task.model.labels or [])
    answers, seconds = timed(lambda: task(texts))
    zero, zero_seconds = timed(lambda: TextClassification()(texts, labels=names))
    told = [set(answer.details["labels"]) or {str(answer)} for answer in answers]
    likeliest = [{next(iter(answer))} for answer in zero]
    return {"rows": len(texts), "labels": len(names), "head": {**_f1(told, truths, names), "seconds_per_item": seconds},
            "zero_shot": {**_f1(likeliest, truths, names), "seconds_per_item": zero_seconds}}


def _f1(said: list[set[str]], truth: list[set[str]], names: list[str]) -> dict[str, float]:
    each, hits, all_said, all_true = [], 0, 0, 0
    for name in names:
        hit = sum(name in one and name in other for one, other in zip(said, truth, strict=True))
        counted = sum(name in one for one in said), sum(name in one for one in truth)
        each.append(2 * hit / max(1, sum(counted)))
        hits, all_said, all_true = hits + hit, all_said + counted[0], all_true + counted[1]
    return {"f1_macro": round(sum(each) / len(each), 4), "f1_micro": round(2 * hits / (all_said + all_true), 4)}


def summaries(data: Path, rows: int) -> dict[str, Any]:
    from engine import Summarisation
    from engine.models.sentences import sentences

    found = table(data / "dialogsum" / "test.csv")[:rows]
    texts, truths = [row["dialogue"] for row in found], [row["summary"] for row in found]
    first = [" ".join(text[start:end] for start, end in sentences(text)[:3]) for text in texts]
    result: dict[str, Any] = {"rows": len(texts), "first_three": rouge(first, truths)}
    for name in ("minilm", "smollm2-135m"):
        task = Summarisation(name)
        answers, seconds = timed(lambda task=task: task(texts))
        marked = sum(bool(answer.details.get("unsupported")) for answer in answers)
        result[name] = {**rouge(answers, truths), "seconds_per_item": seconds, "with_unsupported": marked}
    return result


def rouge(said: list[str], truth: list[str]) -> dict[str, float]:
    from engine.training.rouge import mean_rouge

    return {name: round(score, 4) for name, score in mean_rouge(said, truth).items()}


def texts(data: Path, rows: int) -> dict[str, Any]:
    banking = table(data / "banking77" / "test.csv")
    spam = table(next((data / "sms_spam").glob("*.csv")), "latin-1")
    return {"banking77": _zero_shot([row["text"] for row in banking], [row["category"] for row in banking]),
            "sms_spam": _zero_shot([row["v2"] for row in spam], [row["v1"] for row in spam], {"ham": "a personal message",
                                                                                              "spam": "advertising or a prize"})}


def _zero_shot(given: list[str], truths: list[str], phrases: dict[str, str] | None = None) -> dict[str, Any]:
    """Accuracy of the likeliest label. phrases: labels in words, where the data has abbreviations."""
    from engine import TextClassification

    named = {(phrases or {}).get(label, label): label for label in sorted(set(truths))}
    answers, seconds = timed(lambda: TextClassification()(given, labels=list(named)))
    right = [named[next(iter(answer))] == truth for answer, truth in zip(answers, truths, strict=True)]
    each = [sum(hit for hit, truth in zip(right, truths, strict=True) if truth == label) / truths.count(label) for label in set(truths)]
    return {"rows": len(given), "labels": list(named) if phrases else len(named), "accuracy": round(sum(right) / len(right), 4),
            "balanced_accuracy": round(sum(each) / len(each), 4), "chance": round(1 / len(named), 4), "seconds_per_item": seconds}


def images(data: Path, rows: int) -> dict[str, Any]:
    with zipfile.ZipFile(data / "sign_language_digits" / "sign_digits.zip") as archive:
        names = [name for name in archive.namelist() if name.lower().endswith((".jpg", ".jpeg", ".png"))]
        signs = [(archive.read(name), DIGITS[int(Path(name).parent.name)]) for name in names]
    emoji = [row for row in table(data / "emoji_image_text" / "captions.csv") if row["text"].isascii() and row["text"].isalpha()]
    chosen = [row for kind in KINDS for row in sorted((row for row in emoji if row["subcategory"] == kind),
                                                      key=lambda row: row["text"])[:2]]
    with zipfile.ZipFile(data / "emoji_image_text" / "images.zip") as archive:
        members = {Path(name).name: name for name in archive.namelist()}
        objects = [(archive.read(members[row["image"]]), row["text"]) for row in chosen]
    return {"sign_digits": _labelled(signs, [f"a hand showing the number {digit}" for digit in DIGITS], "a hand showing the number {}"),
            "emoji_objects": {**_labelled(objects, [label for _, label in objects], "{}"), "objects": [label for _, label in objects]}}


def _labelled(items: list[tuple[bytes, str]], labels: list[str], phrase: str) -> dict[str, Any]:
    from engine import ImageClassification

    answers, seconds = timed(lambda: ImageClassification()([content for content, _ in items], labels=labels))
    right = sum(next(iter(answer)) == phrase.format(truth) for answer, (_, truth) in zip(answers, items, strict=True))
    return {"images": len(items), "accuracy": round(right / len(items), 4), "chance": round(1 / len(labels), 4),
            "seconds_per_item": seconds}


PARTS: dict[str, Callable[[Path, int], dict[str, Any]]] = {"emotion": emotion, "summaries": summaries, "texts": texts, "images": images}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--rows", type=int, default=200)
    given = parser.parse_args()
    print(json.dumps({name: PARTS[name](given.data, given.rows) for name in given.only}, indent=2))


if __name__ == "__main__":
    main()
