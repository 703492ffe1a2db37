"""Banking77: accuracy and wall time of `head` and `partial`, and the speed of `full` beside transformers' own Trainer.

    python -m benchmarks.banking77 [--data ../shared/data] [--only head partial full] [--rows 384]

Each method runs in a process of its own with an empty home folder, so that its seconds hold everything: starting Python, imports,
reading the CSV, computing the frozen layers, training on all 10,003 rows, and answering the 3,080 test texts.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TASK = "text-classification"
PUBLISHED = {"BERT tuned": 0.9366, "USE+ConveRT": 0.9336, "ConveRT": 0.9301, "USE": 0.9281}  # arXiv 2003.04807, the same split
BATCH_SIZE = 32


def read(file: Path) -> dict[str, list[str]]:
    """The CSV as params."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {"texts": [row["text"] for row in rows], "labels": [row["category"] for row in rows]}


def measure_method(method: str, data: Path) -> dict[str, Any]:
    """Accuracy on the test rows, and where the seconds went. Runs in the child process."""
    from engine.training.events import Event, Progress

    began = float(os.environ["BENCHMARK_BEGAN"])
    seconds, last = {}, began
    train, test = read(data / "train.csv"), read(data / "test.csv")
    seconds["read"], last = time.time() - last, time.time()
    from engine.models.auto_model import AutoModel
    from engine.training.fit import fit
    from engine.training.settings import Settings

    model = AutoModel.from_pretrained("minilm")
    seconds["start"], last = time.time() - last, time.time()
    entered: dict[str, float] = {}

    def note(event: Event) -> None:
        if isinstance(event, Progress):
            entered.setdefault(event.phase, time.time())

    fit(model, TASK, "single_label", train, Settings(method=method, validation_split=0.0), note)
    trained = time.time()
    learning = min(entered.get(phase, trained) for phase in ("head's start", "training"))
    seconds["embed"], seconds["train"] = learning - last, trained - learning
    answers = model({"text": test["texts"]}, TASK)
    right = sum(next(iter(answer)) == label for answer, label in zip(answers, test["labels"], strict=True))
    seconds["test"], seconds["all"] = time.time() - trained, time.time() - began
    return {"accuracy": round(right / len(answers), 4), "seconds": {name: round(value, 1) for name, value in seconds.items()}}


def measure_full(precision: str, data: Path, rows: int) -> dict[str, Any]:
    """Rows a second of one epoch of `full` on the first rows, after a warm-up. Runs in the child process."""
    from engine.models.auto_model import AutoModel
    from engine.training.events import Event, Point
    from engine.training.fit import fit
    from engine.training.settings import Settings

    params = {key: values[:rows] for key, values in _mixed(read(data / "train.csv")).items()}
    steps: list[tuple[int, float]] = []

    def note(event: Event) -> None:
        if isinstance(event, Point):
            steps.append((event.step, time.perf_counter()))

    chosen = Settings(method="full", epochs=2, batch_size=BATCH_SIZE, precision=precision, validation_split=0.0)
    fit(AutoModel.from_pretrained("minilm"), TASK, "single_label", params, chosen, note)
    return {"rows_per_second": round(_speed(steps, rows), 1)}


def measure_trainer(data: Path, rows: int) -> dict[str, Any]:
    """The same with transformers' Trainer in fp32: same weights, batch size and dynamic padding. Runs in the child process."""
    from transformers import AutoModelForSequenceClassification, DataCollatorWithPadding, Trainer, TrainerCallback, TrainingArguments

    from engine.models.auto_model import AutoModel

    params = {key: values[:rows] for key, values in _mixed(read(data / "train.csv")).items()}
    names = sorted(set(params["labels"]))
    steps: list[tuple[int, float]] = []

    class Clock(TrainerCallback):
        def on_step_end(self, arguments: Any, state: Any, control: Any, **rest: Any) -> None:
            steps.append((state.global_step, time.perf_counter()))

    with tempfile.TemporaryDirectory() as folder:
        encoder = AutoModel.from_pretrained("minilm").encoder
        encoder.write(Path(folder))
        ids = encoder.tokenise(params["texts"], 128).ids
        network = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(names))
        arguments = TrainingArguments(output_dir=folder, per_device_train_batch_size=BATCH_SIZE, num_train_epochs=2, learning_rate=1e-4,
                                      report_to=[], save_strategy="no", logging_strategy="no", disable_tqdm=True, use_cpu=True)
        examples: Any = [{"input_ids": own, "attention_mask": [1] * len(own), "labels": names.index(label)}
                         for own, label in zip(ids, params["labels"], strict=True)]
        Trainer(network, arguments, data_collator=DataCollatorWithPadding(encoder.tokeniser), train_dataset=examples,
                callbacks=[Clock()]).train()
    return {"rows_per_second": round(_speed(steps, rows), 1)}


def _mixed(params: dict[str, list[str]]) -> dict[str, list[str]]:
    """The rows in a fixed random order: the file is sorted by label."""
    import random

    order = list(range(len(params["texts"])))
    random.Random(0).shuffle(order)
    return {key: [values[row] for row in order] for key, values in params.items()}


def _speed(steps: list[tuple[int, float]], rows: int) -> float:
    """Rows a second over the second epoch; the first one warms up."""
    per_epoch = -(-rows // BATCH_SIZE)
    times = dict(steps)
    return rows / (times[2 * per_epoch] - times[per_epoch])


def in_a_process(part: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """One measurement in a fresh process with an empty home folder."""
    command = [sys.executable, "-m", "benchmarks.banking77", "--part", part, "--data", str(arguments.data), "--rows", str(arguments.rows)]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "STUDIO_HOME": home, "BENCHMARK_BEGAN": str(time.time())}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(part: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """One part, in this process."""
    if part in ("head", "partial"):
        return measure_method(part, arguments.data)
    if part == "trainer":
        return measure_trainer(arguments.data, arguments.rows)
    return measure_full(part.removeprefix("full-"), arguments.data, arguments.rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.banking77", description="Accuracy and speed of finetuning on Banking77.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder that holds banking77/")
    parser.add_argument("--only", nargs="+", choices=("head", "partial", "full"), default=["head", "partial", "full"])
    parser.add_argument("--rows", type=int, default=640, help="rows of the sample on which `full` is timed")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        arguments.data = arguments.data if (arguments.data / "train.csv").is_file() else arguments.data / "banking77"
        print(json.dumps(measure(arguments.part, arguments)))
        return
    report: dict[str, Any] = {method: in_a_process(method, arguments) for method in arguments.only if method != "full"}
    if "full" in arguments.only:
        speeds = {part: in_a_process(part, arguments)["rows_per_second"] for part in ("trainer", "full-fp32", "full-bf16")}
        report["full"] = {"rows_per_second": speeds,
                          "times_the_trainer": {part: round(speeds[part] / speeds["trainer"], 2) for part in ("full-fp32", "full-bf16")}}
    load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    report |= {"published": PUBLISHED, "cores": os.cpu_count(), "load_at_the_end": load}
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
