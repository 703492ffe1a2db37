"""How well and how fast models are finetuned on real data, on this machine: `python -m benchmarks.finetune [--only NAME …]`

Every case trains in a process of its own, chooses its best epoch on rows held out of the training part, and is measured on the test part,
which no case learns or chooses from. "before" is the model as it was. Peers learn from the same rows and are measured alike; the trainer
of sentence-transformers needs `pip install datasets` besides.
"""

import argparse
import csv
import io
import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import apart

SEED = 7


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def images(path: Path) -> dict[str, bytes]:
    """{name: bytes} of a zip's images."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.lower().endswith((".jpg", ".jpeg", ".png"))}


def told(result: Any, **more: Any) -> dict[str, Any]:
    losses = [epoch["val_loss"] for epoch in result.history if "val_loss" in epoch]
    return {"seconds": round(result.seconds, 1), "method": result.settings["method"], "epochs": len(result.history),
            "rows": result.rows["train"], **({"val_loss": [round(losses[0], 4), round(min(losses), 4)]} if losses else {}), **more}


def fifth(labels: list[str]) -> tuple[list[int], list[int]]:
    """A held-out fifth, each label in its share."""
    from engine.data.splitting import split

    train, test = split(labels, 0.2, SEED)
    return train.tolist(), test.tolist()


# Texts with labels


def banking(data: Path, part: str) -> tuple[list[str], list[str]]:
    found = rows(data / "banking77" / f"{part}.csv")
    return [row["text"] for row in found], [row["category"] for row in found]


def banking77(data: Path, method: str) -> dict[str, Any]:
    from engine import TextClassification

    (texts, labels), (asked, wanted) = banking(data, "train"), banking(data, "test")
    task = TextClassification("minilm")
    result = task.finetune({"texts": texts, "labels": labels}, validation_split=0.1, method=method)
    said = [next(iter(answer)) for answer in task(asked)]
    return told(result, accuracy=float(np.mean(np.array(said) == np.array(wanted))))


def goemotions(data: Path) -> dict[str, Any]:
    from engine import TextClassification
    from engine.training.losses import encode
    from engine.training.metrics import summary

    train, test = (rows(data / "goemotions" / f"{part}.csv") for part in ("train", "test"))
    task = TextClassification("minilm")
    result = task.finetune({"texts": [row["text"] for row in train], "labels": [row["labels"].split("|") for row in train]},
                           validation_split=0.1, variant="multi_label", method="head")
    names = task.model.labels
    answers = task([row["text"] for row in test])
    found = np.array([[answer[name] for name in names] for answer in answers])
    truth = encode([[label for label in row["labels"].split("|") if label in names] for row in test], names, True).numpy().astype(np.int64)
    return told(result, **{name: value for name, value in summary(found, truth, True).items()})


def peer_head(data: Path) -> dict[str, Any]:
    """As SetFit's second half: scikit-learn's logistic regression on the vectors of the same model, here not finetuned."""
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression

    from engine.models.auto_model import locate
    from engine.models.catalogue import find

    preset = find("minilm")
    assert preset
    (texts, labels), (asked, wanted) = banking(data, "train"), banking(data, "test")
    model = SentenceTransformer(str(locate(preset.source)), device="cpu")
    began = time.perf_counter()
    head = LogisticRegression(max_iter=1000).fit(model.encode(texts, batch_size=64), labels)
    seconds = time.perf_counter() - began
    return {"seconds": round(seconds, 1), "accuracy": float(head.score(model.encode(asked, batch_size=64), wanted))}


# Texts as vectors


def stsb(data: Path, part: str) -> tuple[list[str], list[str], list[float]]:
    found = rows(data / "stsb_en_de" / f"stsb-en-{part}.csv")
    return ([row["sentence1"] for row in found], [row["sentence2"] for row in found], [float(row["similarity_score"]) / 5 for row in found])


def spearman_of(vectorise: Callable[[list[str]], Any], data: Path) -> float:
    from engine.training.metrics import correlations

    first, second, scores = stsb(data, "test")
    left, right = (np.asarray(vectorise(texts), dtype=np.float64) for texts in (first, second))
    left, right = (part / np.linalg.norm(part, axis=1, keepdims=True) for part in (left, right))
    return correlations((left * right).sum(axis=1), np.array(scores))["spearman"]


def pairs(data: Path, method: str) -> dict[str, Any]:
    from engine import TextVectorisation

    train, dev = stsb(data, "train"), stsb(data, "dev")
    task = TextVectorisation("minilm")
    before = spearman_of(task, data)
    split = (list(range(len(train[0]))), list(range(len(train[0]), len(train[0]) + len(dev[0]))))
    params = dict(zip(("texts1", "texts2", "similarity_scores"), (one + other for one, other in zip(train, dev, strict=True)), strict=True))
    result = task.finetune(params, validation_split=split, method=method)
    return told(result, spearman_before=before, spearman=spearman_of(task, data))


def pairs_speed(data: Path, side: str) -> dict[str, Any]:
    """Rows a second of one epoch over the training pairs with every weight, the same loss and batch."""
    train = stsb(data, "train")
    if side == "ours":
        from engine import TextVectorisation

        task = TextVectorisation("minilm")
        result = task.finetune(dict(zip(("texts1", "texts2", "similarity_scores"), train, strict=True)), validation_split=0, method="full",
                               epochs=1, batch_size=32, learning_rate=2e-5)
        return {"rows_per_second": len(train[0]) / result.history[-1]["seconds"], "spearman": spearman_of(task, data)}
    from datasets import Dataset
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments, losses

    from engine.models.auto_model import locate
    from engine.models.catalogue import find

    preset = find("minilm")
    assert preset
    model = SentenceTransformer(str(locate(preset.source)), device="cpu")
    table = Dataset.from_dict({"sentence1": train[0], "sentence2": train[1], "score": train[2]})
    arguments = SentenceTransformerTrainingArguments(output_dir=tempfile.mkdtemp(), per_device_train_batch_size=32, num_train_epochs=1,
                                                     learning_rate=2e-5, save_strategy="no", report_to=[], use_cpu=True,
                                                     logging_strategy="no", disable_tqdm=True)
    trainer = SentenceTransformerTrainer(model=model, args=arguments, train_dataset=table, loss=losses.CosineSimilarityLoss(model))
    began = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - began
    return {"rows_per_second": len(train[0]) / seconds, "spearman": spearman_of(model.encode, data)}


def recall(vectors: Any, groups: list[str]) -> dict[str, float]:
    from engine.training.metrics import retrieval

    found = retrieval(np.asarray(vectors, dtype=np.float32), np.unique(groups, return_inverse=True)[1])
    assert found
    return {name: round(value, 4) for name, value in found.summary.items()}


def groups(data: Path, method: str) -> dict[str, Any]:
    from engine import TextVectorisation

    (texts, labels), (asked, wanted) = banking(data, "train"), banking(data, "test")
    task = TextVectorisation("minilm")
    before = recall(task(asked), wanted)
    result = task.finetune({"texts": texts, "groups": labels}, variant="triplet", validation_split=0.1, method=method)
    return told(result, before=before, after=recall(task(asked), wanted))


# Images


def digits(data: Path, method: str, **settings: Any) -> dict[str, Any]:
    from engine import ImageClassification

    found = images(data / "sign_language_digits" / "sign_digits.zip")
    labels = [Path(name).parent.name for name in found]
    train, test = fifth(labels)
    pictures = list(found.values())
    task = ImageClassification("efficientnet-lite0")
    result = task.finetune({"images": [pictures[row] for row in train], "labels": [labels[row] for row in train]}, method=method,
                           **settings)
    said = [next(iter(answer)) for answer in task([pictures[row] for row in test])]
    return told(result, accuracy=float(np.mean([one == labels[row] for one, row in zip(said, test, strict=True)])), test=len(test))


def cells(data: Path) -> dict[str, Any]:
    from engine import ImageClassification
    from engine.training.losses import encode
    from engine.training.metrics import summary

    found = {Path(name).name: content for name, content in images(data / "bccd_multilabel" / "images.zip").items()}
    table = [row for row in rows(data / "bccd_multilabel" / "labels.csv") if row["file"] in found]
    train, test = fifth([row["labels"] for row in table])
    task = ImageClassification("efficientnet-lite0")
    result = task.finetune({"images": [found[table[row]["file"]] for row in train],
                            "labels": [[label for label in table[row]["labels"].split("|") if label] for row in train]},
                           variant="multi_label", method="partial", augmentation="medium")
    names = task.model.labels
    answers = task([found[table[row]["file"]] for row in test])
    truth = encode([[label for label in table[row]["labels"].split("|") if label] for row in test], names, True).numpy().astype(np.int64)
    return told(result, **summary(np.array([[answer[name] for name in names] for answer in answers]), truth, True))


def emoji(data: Path) -> dict[str, Any]:
    from engine import ImageTextVectorisation

    found = {Path(name).name: content for name, content in images(data / "emoji_image_text" / "images.zip").items()}
    table = [row for row in rows(data / "emoji_image_text" / "captions.csv") if row["image"] in found]
    train, test = fifth([row["category"] for row in table])
    task = ImageTextVectorisation("image-text")

    def asked() -> dict[str, float]:
        vectors = task([found[table[row]["image"]] for row in test], [table[row]["text"] for row in test])
        return recall(vectors, [table[row]["category"] for row in test])

    before = asked()
    result = task.finetune({"images": [found[table[row]["image"]] for row in train], "texts": [table[row]["text"] for row in train],
                            "groups": [table[row]["category"] for row in train]})
    return told(result, before=before, after=asked(), test=len(test))


# Writing


def summaries(data: Path) -> dict[str, Any]:
    from engine import Summarisation

    found = rows(data / "dialogsum" / "dev.csv")[:200]
    task = Summarisation("smollm2-135m")
    result = task.finetune({"input_text": [row["dialogue"] for row in found], "output_text": [row["summary"] for row in found]},
                           method="lora")
    return told(result, metrics=result.metrics, before=result.evaluation.baselines, start=result.start)


def questions(data: Path) -> dict[str, Any]:
    """Write questions from a paragraph."""
    from engine import TextGeneration

    articles = json.loads((data / "xquad_en_de" / "xquad.en.json").read_text("utf-8"))["data"]
    found = [(paragraph["context"], "\n".join(qa["question"].strip() for qa in paragraph["qas"][:3]))
             for article in articles for paragraph in article["paragraphs"]][:200]
    task = TextGeneration("smollm2-135m")
    result = task.finetune({"input_text": [text + "\n\nQuestions:" for text, _ in found], "output_text": [asked for _, asked in found]},
                           method="lora", max_input_length=320, max_output_length=64)
    return told(result, metrics=result.metrics, before=result.evaluation.baselines, start=result.start)


def answers(data: Path) -> dict[str, Any]:
    """Questions about texts, by an encoder: XQuAD's first 15 articles, measured on the others."""
    from engine import QA
    from engine.training.metrics import answer_scores, means

    articles = json.loads((data / "xquad_en_de" / "xquad.de.json").read_text("utf-8"))["data"]
    asked = [[(qa["question"], paragraph["context"], qa["answers"][0]["text"]) for article in part for paragraph in article["paragraphs"]
              for qa in paragraph["qas"]] for part in (articles[:15], articles[15:])]
    task = QA("minilm-qa")

    def f1() -> dict[str, float]:
        said = task([row[0] for row in asked[1]], [row[1] for row in asked[1]])
        return means([answer_scores(one, row[2]) for one, row in zip(said, asked[1], strict=True)])

    before = f1()
    columns = map(list, zip(*asked[0], strict=True))
    result = task.finetune(dict(zip(("questions", "contexts", "answers"), columns, strict=True)), method="partial")
    return told(result, before=before, after=f1(), language="German")


CASES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "banking77-head": lambda data: banking77(data, "head"),
    "banking77-partial": lambda data: banking77(data, "partial"),
    "banking77-lora": lambda data: banking77(data, "lora"),
    "banking77-peer-head": peer_head,
    "goemotions-head": goemotions,
    "stsb-head": lambda data: pairs(data, "head"),
    "stsb-partial": lambda data: pairs(data, "partial"),
    "stsb-speed": lambda data: pairs_speed(data, "ours"),
    "stsb-speed-peer": lambda data: pairs_speed(data, "peer"),
    "banking77-groups-head": lambda data: groups(data, "head"),
    "banking77-groups-partial": lambda data: groups(data, "partial"),
    "digits-head": lambda data: digits(data, "head"),
    "digits-partial": lambda data: digits(data, "partial", augmentation="medium"),
    "cells-partial": cells,
    "emoji-groups": emoji,
    "dialogsum-lora": summaries,
    "questions-lora": questions,
    "answers-partial": answers,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        out, sys.stdout = sys.stdout, io.StringIO()  # libraries print
        result = CASES[given.case](given.data)
        sys.stdout = out
        apart.tell(result)
        return
    found = {}
    for name in given.only:
        print(f"Measuring {name}", file=sys.stderr)
        found[name] = apart.run("benchmarks.finetune", "--data", str(given.data), "--case", name)
        print(json.dumps({name: found[name]}), file=sys.stderr)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
