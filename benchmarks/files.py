"""A million short rows through a whole file's way: what memory it takes, and how fast.

    python -m benchmarks.files [--rows 1000000] [--kinds csv jsonl]

A CSV of short texts is stored, answered row by row by a classifier of some thousand weights (so that the way is measured, not a
model), and the downloads are made. "memory_mb" is the process's resident size after each tenth of the rows: what grows there grows
with the rows. The table itself is held; its size is said beside it. All in a home folder of its own.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import apart

WORDS = "my the order was late parcel lovely thanks money back refund please where is it again today broken charged twice".split()


def classifier(folder: Path) -> str:
    """A BERT of two narrow layers that sorts into three labels; its path."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *"0123456789", *(f"##{digit}" for digit in "0123456789")]
    config = BertConfig(vocab_size=len(words), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
                        max_position_embeddings=32, num_labels=3, id2label=dict(enumerate(("delivery", "praise", "refund"))))
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(vocab={word: place for place, word in enumerate(words)}, model_max_length=32).save_pretrained(folder)
    return str(folder)


def lines(rows: int) -> Iterator[str]:
    yield "text\n"
    size = len(WORDS)
    for number in range(rows):
        yield f"{WORDS[number % size]} {WORDS[number // size % size]} {WORDS[number // 7 % size]} {number}\n"


def resident() -> int:
    """What this process holds in memory now, in MB (Linux; elsewhere the peak so far)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000
    except OSError:
        return apart.peak()


def answered(model: str, file: Path, rows: int) -> tuple[Any, dict[str, Any]]:
    """The finished job, and its rate and memory on the way."""
    from engine import data
    from studio import file_job

    with file.open("rb") as stream:
        dataset = data.Dataset.of(data.store(stream, "rows.csv")).save()
    table = int(dataset.frame().memory_usage(deep=True).sum()) // 1_000_000
    before, tenths = resident(), []
    identity = file_job.start("text-classification", model, dataset.id, "rows.csv", {"text": "text"}, {}, rows)
    while (job := file_job.get(identity)).active:
        if job.done >= rows * (len(tenths) + 1) // 10:
            tenths.append(resident())
        time.sleep(0.05)
    if job.state != "finished":
        raise SystemExit(f"The job ended as {job.state}: {job.error}")
    return job, {"rows_per_second": round(job.rows_per_second or 0), "table_mb": table, "memory_mb_before": before, "memory_mb": tenths}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kinds", nargs="+", default=["csv", "jsonl"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["STUDIO_HOME"] = home
        file = Path(home) / "rows.csv"
        with file.open("w", encoding="utf-8") as stream:
            stream.writelines(lines(given.rows))
        job, found = answered(classifier(Path(home) / "classifier"), file, given.rows)
        downloads = {}
        for kind in given.kinds:
            downloads[kind] = made(job, kind)
        print(json.dumps({"rows": given.rows, **found, "downloads": downloads,
                          "peak_mb": apart.peak()}, indent=2))


def made(job: Any, kind: str) -> dict[str, Any]:
    """One download: seconds, size, and the most memory on the way."""
    from studio import download_job

    held: list[int] = []
    began = time.perf_counter()
    path = download_job.build(job, kind, lambda share: held.append(resident()))
    return {"seconds": round(time.perf_counter() - began, 1), "mb": path.stat().st_size // 1_000_000, "memory_mb": max(held)}


if __name__ == "__main__":
    main()
