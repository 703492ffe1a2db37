"""How fast models answer, beside their peers: the same model, the same rows, the same answers.

    python -m benchmarks.inference [--only classify_equal classify_mixed vectors images] [--repeat 3]

- classify_equal: 2,000 texts of equal length (different words, so that none is answered for another) by a classifier, against
  transformers' pipeline at its best batch size;
- classify_mixed: 1,000 short texts of which every 64th is 100 times as long (both sides cut at the model's 512 tokens);
- vectors: texts of mixed lengths, against `SentenceTransformer.encode` at its best batch size;
- images: against the plain network in batches of 32, without a compiler.

Every side runs in a process of its own, the sides in turn; the median of their rates counts. The peer computes in fp32.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import apart

BATCHES = (1, 8, 64, 256)
SLOW = 64  # rows of mixed lengths: a larger batch pads ever more, and takes many minutes
WORDS = ("account bank card money transfer late wrong help please today yesterday waiting paid charge fee refund cash machine phone app "
         "number code open close change lost stolen new old first second house garden river mountain winter summer green blue quick "
         "slow").split()
SIDES = {"fp32": {"STUDIO_PRECISION": "fp32"}, "shipped": {"STUDIO_PRECISION": "auto"}, "peer": {}}


def texts(kind: str) -> list[str]:
    """The rows of a part, the same in every process."""
    chance = random.Random(0)

    def words(count: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(count))

    if kind == "classify_equal":
        return [words(4) for _ in range(2000)]
    if kind == "classify_mixed":
        return [words(400 if place % 64 == 0 else 4) for place in range(1000)]
    return [words(chance.choice((4, 8, 12, 20, 30, 45, 80))) for _ in range(2000)]


def classifier_folder() -> Path:
    """MiniLM with a fixed head of eight labels, as a Hugging Face checkpoint; made once."""
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    from engine.models.auto_model import locate
    from engine.models.catalogue import find

    folder = Path(tempfile.gettempdir()) / "benchmark-classifier-fitted"
    if not (folder / "tokenizer.json").is_file():
        preset = find("minilm")
        assert preset is not None
        source = str(locate(preset.source))
        torch.manual_seed(0)
        config = AutoConfig.from_pretrained(source, num_labels=8)
        network = AutoModelForSequenceClassification.from_pretrained(source, config=config)
        tokeniser = AutoTokenizer.from_pretrained(source)
        fit_head(network, tokeniser)
        network.save_pretrained(folder)
        tokeniser.model_max_length = 512
        tokeniser.save_pretrained(folder)
    return folder


def fit_head(network: Any, tokeniser: Any) -> None:
    """Least squares on short texts whose label is a group of their first word, so that answers are as sure as a trained model's."""
    import torch

    chance = random.Random(1)
    rows = [" ".join(chance.choice(WORDS) for _ in range(4)) for _ in range(1500)]
    labels = torch.tensor([WORDS.index(row.split()[0]) % 8 for row in rows])
    with torch.inference_mode():
        pooled = network.eval().bert(**tokeniser(rows, padding=True, return_tensors="pt")).pooler_output
    features = torch.cat([pooled, torch.ones(len(rows), 1)], dim=1).double()
    targets = torch.nn.functional.one_hot(labels, 8).double()
    weights = torch.linalg.solve(features.T @ features + 0.1 * torch.eye(features.shape[1]).double(), features.T @ targets).float()
    network.classifier.weight.data, network.classifier.bias.data = (10 * weights[:-1].T).contiguous(), 10 * weights[-1]


def ours_classify(kind: str) -> tuple[Callable[[list[str]], Any], list[str]]:
    from engine.models.hf_seq_tc_model import HFSeqTCModel

    model = HFSeqTCModel.from_folder(classifier_folder())
    model.max_length = 512
    rows = texts(kind)
    return lambda given: [next(iter(answer)) for answer in model({"text": given}, "text-classification")], rows


def peer_classify(kind: str, batch: int) -> tuple[Callable[[list[str]], Any], list[str]]:
    from transformers import pipeline

    pipe = pipeline("text-classification", model=str(classifier_folder()), device="cpu")
    rows = texts(kind)
    return lambda given: [answer["label"] for answer in pipe(given, batch_size=batch, truncation=True)], rows


def ours_vectors(kind: str) -> tuple[Callable[[list[str]], Any], list[str]]:
    from engine.models.auto_model import AutoModel

    model, rows = AutoModel.from_pretrained("minilm"), texts(kind)
    return lambda given: model.vectors(given).numpy(), rows


def peer_vectors(kind: str, batch: int) -> tuple[Callable[[list[str]], Any], list[str]]:
    from sentence_transformers import SentenceTransformer

    from engine.models.auto_model import locate
    from engine.models.catalogue import find

    preset = find("minilm")
    assert preset is not None
    model, rows = SentenceTransformer(str(locate(preset.source)), device="cpu"), texts(kind)
    return lambda given: model.encode(given, batch_size=batch, show_progress_bar=False), rows


def side(part: str, name: str, batch: int) -> None:
    """One side, measured in this process."""
    peer = name == "peer"
    if part == "vectors":
        work, rows = peer_vectors(part, batch) if peer else ours_vectors(part)
    else:
        work, rows = peer_classify(part, batch) if peer else ours_classify(part)
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


def measure(part: str, repeat: int) -> dict[str, Any]:
    """Rates of all sides, and the ratios to the peer's best."""
    best: dict[int, float] = {}
    for batch in [size for size in BATCHES if part != "classify_mixed" or size <= SLOW]:
        best[batch] = apart.run("benchmarks.inference", "--side", part, "peer", str(batch))["rate"]
    chosen = max(best, key=lambda batch: best[batch])
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in SIDES}
    for _ in range(repeat):
        for name, environment in SIDES.items():
            found[name].append(apart.run("benchmarks.inference", "--side", part, name, str(chosen), **environment))
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
    from benchmarks import inference_images

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts: dict[str, Callable[[int], dict[str, Any]]] = {
        part: (lambda repeat, part=part: measure(part, repeat)) for part in ("classify_equal", "classify_mixed", "vectors")}
    parts["images"] = inference_images.measure
    parser.add_argument("--only", nargs="+", choices=list(parts), default=list(parts))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--side", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        side(given.side[0], given.side[1], int(given.side[2]))
        return
    classifier_folder()
    result = {}
    for part in given.only:
        print(f"Measuring {part}", file=sys.stderr)
        result[part] = parts[part](given.repeat)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
