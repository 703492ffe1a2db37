"""How fast models answer, beside their peers: the same model, the same rows, the same answers.

    python -m benchmarks.inference [--only classify_equal classify_mixed vectors images] [--repeat 3] [--data ../shared/data]

- classify_equal: 2,000 real questions of Banking77 cut to six words each, none twice, by a classifier that was trained on its other
  part, against transformers' pipeline at its best batch size;
- classify_mixed: 1,000 of them of which every 64th is 100 times as long (both sides cut at the model's 512 tokens);
- vectors: texts of mixed lengths, against `SentenceTransformer.encode` at its best batch size;
- images: against the plain network in batches of 32, without a compiler.

Every side runs in a process of its own, the sides in turn; the median of their rates counts. The peer computes in fp32.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import apart, inference_images, trained_classifier

PARTS = ("classify_equal", "classify_mixed", "vectors", "images")
BATCHES = (1, 8, 64, 256)
SLOW = 64  # rows of mixed lengths: a larger batch pads ever more, and takes many minutes
WORDS = ("account bank card money transfer late wrong help please today yesterday waiting paid charge fee refund cash machine phone app "
         "number code open close change lost stolen new old first second house garden river mountain winter summer green blue quick "
         "slow").split()
SHORT = 6  # words of a short text
SIDES = {"fp32": {"STUDIO_PRECISION": "fp32"}, "shipped": {"STUDIO_PRECISION": "auto"}, "peer": {}}


def vector_texts() -> list[str]:
    """Texts of mixed lengths, the same in every process."""
    chance = random.Random(0)
    return [" ".join(chance.choices(WORDS, k=chance.choice((4, 8, 12, 20, 30, 45, 80)))) for _ in range(2000)]


def questions(kind: str, data: Path) -> list[str]:
    """The rows of a part that classifies, the same in every process."""
    asked = [text.split() for part in ("test", "train") for text, _ in trained_classifier.texts(data, part)]
    short = list(dict.fromkeys(" ".join(words[:SHORT]) for words in asked if len(words) >= SHORT))
    if kind == "classify_equal":
        return short[:2000]
    every = [word for words in asked for word in words]
    size = 100 * SHORT
    return [" ".join(every[place * size:(place + 1) * size]) if place % 64 == 0 else short[place] for place in range(1000)]


def ours_classify(kind: str, data: Path) -> tuple[Callable[[list[str]], Any], list[str]]:
    from engine.models.hf_seq_tc_model import HFSeqTCModel

    model = HFSeqTCModel.from_folder(trained_classifier.folder(data))
    model.max_length = 512
    rows = questions(kind, data)
    return lambda given: [next(iter(answer)) for answer in model({"text": given}, "text-classification")], rows


def peer_classify(kind: str, data: Path, batch: int) -> tuple[Callable[[list[str]], Any], list[str]]:
    from transformers import pipeline

    pipe = pipeline("text-classification", model=str(trained_classifier.folder(data)), device="cpu")
    rows = questions(kind, data)
    return lambda given: [answer["label"] for answer in pipe(given, batch_size=batch, truncation=True)], rows


def ours_vectors() -> tuple[Callable[[list[str]], Any], list[str]]:
    from engine.models.auto_model import AutoModel

    model, rows = AutoModel.from_pretrained("minilm"), vector_texts()
    return lambda given: model.vectors(given).numpy(), rows


def peer_vectors(batch: int) -> tuple[Callable[[list[str]], Any], list[str]]:
    from sentence_transformers import SentenceTransformer

    from engine.models.auto_model import locate
    from engine.models.catalogue import find

    preset = find("minilm")
    assert preset is not None
    model, rows = SentenceTransformer(str(locate(preset.source)), device="cpu"), vector_texts()
    return lambda given: model.encode(given, batch_size=batch, show_progress_bar=False), rows


def side(part: str, name: str, batch: int, data: Path) -> None:
    """One side, measured in this process."""
    peer = name == "peer"
    if part == "vectors":
        work, rows = peer_vectors(batch) if peer else ours_vectors()
    else:
        work, rows = peer_classify(part, data, batch) if peer else ours_classify(part, data)
    work(rows[:130])  # warm: the first call fills caches that all later ones have
    began = time.perf_counter()
    answers = work(rows)
    seconds = time.perf_counter() - began
    kept = answers if isinstance(answers, list) else answers.astype(float).round(5).tolist()
    apart.tell({"rate": len(rows) / seconds, "answers": kept})


def agreement(part: str, ours: list[Any], peer: list[Any]) -> float:
    """The share of equal labels, or the least cosine."""
    if part != "vectors":
        return sum(one == other for one, other in zip(ours, peer, strict=True)) / len(ours)
    import numpy as np

    left, right = np.asarray(ours), np.asarray(peer)
    return float(((left * right).sum(1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)).min())


def measure(part: str, repeat: int, data: Path) -> dict[str, Any]:
    """Rates of all sides, and the ratios to the peer's best."""
    def measured(name: str, batch: int, **environment: str) -> Any:
        return apart.run("benchmarks.inference", "--data", str(data), "--side", part, name, str(batch), **environment)

    best: dict[int, float] = {}
    for batch in [size for size in BATCHES if part != "classify_mixed" or size <= SLOW]:
        best[batch] = measured("peer", batch)["rate"]
    chosen = max(best, key=lambda batch: best[batch])
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in SIDES}
    for _ in range(repeat):
        for name, environment in SIDES.items():
            found[name].append(measured(name, chosen, **environment))
    rates = {name: statistics.median(run["rate"] for run in runs) for name, runs in found.items()}
    peer = found["peer"][0]["answers"]
    return {
        "per_second": {name: round(rate, 1) for name, rate in rates.items()}, "peer_batch": chosen,
        "peer_by_batch": {str(batch): round(rate, 1) for batch, rate in best.items()},
        "ratio_fp32": round(rates["fp32"] / rates["peer"], 2), "ratio_shipped": round(rates["shipped"] / rates["peer"], 2),
        "agreement_fp32": round(agreement(part, found["fp32"][0]["answers"], peer), 4),
        "agreement_shipped": round(agreement(part, found["shipped"][0]["answers"], peer), 4),
        "peak_mb": {name: max(run["peak_mb"] for run in runs) for name, runs in found.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--side", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        side(given.side[0], given.side[1], int(given.side[2]), given.data)
        return
    if any(part.startswith("classify") for part in given.only):
        trained_classifier.folder(given.data)
    result = {}
    for part in given.only:
        print(f"Measuring {part}", file=sys.stderr)
        result[part] = inference_images.measure(given.repeat) if part == "images" else measure(part, given.repeat, given.data)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
