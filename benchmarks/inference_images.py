"""Images a second of the embedded image model, against its plain network in batches of 32; both start from prepared pixels."""

import statistics
import sys
import time
from typing import Any

from benchmarks import apart

COUNT, BATCH = 320, 32


def side(name: str) -> None:
    """One side, measured in this process."""
    import torch

    from engine.models.auto_model import AutoModel

    model = AutoModel.from_pretrained("efficientnet-lite0")
    torch.manual_seed(0)
    pixels = [torch.rand(3, 224, 224) * 2 - 1 for _ in range(COUNT)]
    model.prepare = lambda image: image  # opening files is the same work on both sides, and is left out
    if name == "peer":
        def work() -> Any:
            with torch.inference_mode():
                return torch.cat([model.network(torch.stack(pixels[start:start + BATCH])) for start in range(0, COUNT, BATCH)])
    else:
        def work() -> Any:
            return model.logits(pixels)
    work()
    began = time.perf_counter()
    logits = work()
    apart.tell({"rate": COUNT / (time.perf_counter() - began), "labels": logits.argmax(1).tolist(), "logits": logits[:8].tolist()})


def measure(repeat: int = 3) -> dict[str, Any]:
    """Rates, their ratio and whether the answers agree."""
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "peer": []}
    for _ in range(repeat):
        for name, runs in found.items():
            runs.append(apart.run("benchmarks.inference_images", name))
    rates = {name: statistics.median(run["rate"] for run in runs) for name, runs in found.items()}
    ours, peer = found["ours"][0]["labels"], found["peer"][0]["labels"]
    return {"per_second": {name: round(rate, 1) for name, rate in rates.items()}, "ratio": round(rates["ours"] / rates["peer"], 2),
            "agreement": sum(one == other for one, other in zip(ours, peer, strict=True)) / COUNT,
            "peak_mb": {name: max(run["peak_mb"] for run in runs) for name, runs in found.items()}}


if __name__ == "__main__":
    side(sys.argv[1])
