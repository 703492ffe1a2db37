"""Fit and measure the curve of `engine/models/zero_shot.py`: `python -m benchmarks.calibrate_zero_shot [--data FOLDER]`

Fitted on Banking77's training texts (CC BY 4.0), GoEmotions (CC BY 4.0), XQuAD's questions and paragraphs with their articles'
titles (CC BY-SA 4.0) and emoji names with their categories (Apache-2.0 and MIT); measured on Banking77's test texts. Each text
counts once with its label and once without (half other labels of its own set, half labels of the other sets). Prints JSON.
"""

import argparse
import csv
import json
import random
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.models.auto_model import AutoModel
from engine.models.zero_shot import OFFSET, SLOPE, LabelCache, anchor_means, label_vectors

Pairs = list[tuple[str, str]]
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MOST = 600  # texts of a set


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain(label: str) -> str:
    return label.replace("_", " ").replace("&", "and")


def banking(folder: Path, part: str) -> Pairs:
    return [(row["text"], plain(row["category"])) for row in rows(folder / "banking77" / f"{part}.csv")]


def training_sets(folder: Path) -> list[Pairs]:
    articles = json.loads((folder / "xquad_en_de" / "xquad.en.json").read_text("utf-8"))["data"]
    paragraphs = [(part, plain(article["title"])) for article in articles for part in article["paragraphs"]]
    emotions = rows(folder / "goemotions" / "train.csv")
    return [
        banking(folder, "train"),
        [(question["question"], title) for part, title in paragraphs for question in part["qas"]],
        [(part["context"].split(". ")[0], title) for part, title in paragraphs],
        [(row["text"], plain(row["category"])) for row in rows(folder / "emoji_image_text" / "captions.csv")],
        [(row["text"], row["labels"]) for row in emotions if "|" not in row["labels"] and row["labels"] != "neutral"],
    ]


class Judged:
    """Cosines of texts with their own and with other labels."""

    def __init__(self, model: Any, seed: int = 0) -> None:
        self.model, self.cache, self.random = model, LabelCache(), random.Random(seed)

    def cosines(self, pairs: Pairs, foreign: list[str]) -> tuple[Tensor, Tensor]:
        """(positives (N,), negatives (N, 2)): the second column is a label of another set."""
        own = sorted({label for _, label in pairs})
        known = label_vectors([*own, *foreign], self.model.vectors, self.cache)
        texts = self.model.vectors([text for text, _ in pairs])
        right = torch.stack([known[label] for _, label in pairs])
        others = [self.random.choice([name for name in own if name != label]) for _, label in pairs]
        strange = [self.random.choice(foreign) for _ in pairs]
        wrong = torch.stack([torch.stack([known[name] for name in names]) for names in (others, strange)], dim=1)
        return (texts * right).sum(-1), (texts[:, None] * wrong).sum(-1)


def fit(parts: list[tuple[Tensor, Tensor]]) -> tuple[float, float]:
    """Slope and offset of the logistic curve by Newton's method; every set counts alike, and so do both answers."""
    x = torch.cat([torch.cat([right, wrong.flatten()]) for right, wrong in parts]).double()
    y = torch.cat([torch.cat([torch.ones_like(right), torch.zeros(wrong.numel())]) for right, wrong in parts]).double()
    w = torch.cat([torch.cat([torch.full_like(right, 1 / len(right)), torch.full((wrong.numel(),), 1 / wrong.numel())])
                   for right, wrong in parts]).double()
    design = torch.stack([x, torch.ones_like(x)], dim=1)
    weights = torch.zeros(2, dtype=torch.double)
    for _ in range(30):
        p = (design @ weights).sigmoid()
        gradient = design.T @ (w * (p - y))
        curvature = design.T @ (design * (w * p * (1 - p))[:, None])
        weights -= torch.linalg.solve(curvature, gradient)
    return float(weights[0]), float(weights[1])


def calibration_error(right: Tensor, wrong: Tensor, slope: float, offset: float, bins: int = 10) -> float:
    """Expected calibration error, positives and negatives counted alike."""
    p = (slope * torch.cat([right, wrong.flatten()]) + offset).sigmoid()
    y = torch.cat([torch.ones_like(right), torch.zeros(wrong.numel())])
    w = torch.cat([torch.full_like(right, 0.5 / len(right)), torch.full((wrong.numel(),), 0.5 / wrong.numel())])
    place = (p * bins).long().clamp(max=bins - 1)
    return float(sum(abs(float((w[place == index] * (p - y)[place == index]).sum())) for index in range(bins)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=DATA)
    folder = parser.parse_args().data
    model = AutoModel.from_pretrained("minilm")
    judged = Judged(model)
    sets = [judged.random.sample(pairs, min(MOST, len(pairs))) for pairs in training_sets(folder)]
    names = [sorted({label for _, label in pairs}) for pairs in sets]
    parts = [judged.cosines(pairs, [name for other, own in enumerate(names) if other != place for name in own if name not in names[place]])
             for place, pairs in enumerate(sets)]
    slope, offset = fit(parts)
    test = banking(folder, "test")
    right, wrong = judged.cosines(test, [name for own in names[1:] for name in own])
    labels = names[0]
    began = time.perf_counter()
    answers = model({"text": [text for text, _ in test], "labels": labels}, "text-classification")
    seconds = time.perf_counter() - began
    hits = sum(next(iter(answer)) == label for answer, (_, label) in zip(answers, test, strict=True))
    like, unlike = anchor_means(model.vectors)
    print(json.dumps({
        "fitted": {"slope": round(slope, 2), "offset": round(offset, 2), "like": round(like, 3), "unlike": round(unlike, 3)},
        "banking77_test": {"accuracy": round(hits / len(test), 4), "labels": len(labels), "texts_per_second": round(len(test) / seconds),
                           "calibration_error": round(calibration_error(right, wrong, SLOPE, OFFSET), 4)},
        "rows": [len(pairs) for pairs in sets],
    }, indent=2))


if __name__ == "__main__":
    main()
