"""A checkpoint for transformers' own classifier, trained on Banking77, so that both sides of a comparison answer as sure as in real use."""

import csv
import random
import tempfile
from pathlib import Path
from typing import Any

EPOCHS, BATCH, LONGEST = 2, 32, 64
RATE, HEAD_RATE = 2e-4, 2e-3


def texts(data: Path, part: str) -> list[tuple[str, str]]:
    """(text, intent) of Banking77's "train" or "test" part."""
    with (data / "banking77" / f"{part}.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["text"], row["category"]) for row in csv.DictReader(lines)]


def folder(data: Path) -> Path:
    """MiniLM with transformers' own pooler and classifier, every weight trained; made once, in some four minutes."""
    target = Path(tempfile.gettempdir()) / "benchmark-classifier-banking77"
    if not (target / "tokenizer.json").is_file():
        network, tokeniser = _train(texts(data, "train"))
        network.save_pretrained(target)
        tokeniser.model_max_length = 512
        tokeniser.save_pretrained(target)
    return target


def _train(rows: list[tuple[str, str]]) -> tuple[Any, Any]:
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    from engine.inference.devices import autocast
    from engine.models.auto_model import locate
    from engine.models.catalogue import find

    preset = find("minilm")
    assert preset is not None
    source, names = str(locate(preset.source)), sorted({label for _, label in rows})
    chance = random.Random(0)
    torch.manual_seed(0)
    config = AutoConfig.from_pretrained(source, id2label=dict(enumerate(names)), label2id={name: place for place, name in enumerate(names)})
    network = AutoModelForSequenceClassification.from_pretrained(source, config=config)
    tokeniser = AutoTokenizer.from_pretrained(source)
    fresh = [*network.classifier.parameters(), *network.bert.pooler.parameters()]
    known = {id(weight) for weight in fresh}
    learnt = [weight for weight in network.parameters() if id(weight) not in known]
    groups = [{"params": learnt, "lr": RATE}, {"params": fresh, "lr": HEAD_RATE}]
    optimiser, steps = torch.optim.AdamW(groups, weight_decay=0.01), EPOCHS * (len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [RATE, HEAD_RATE], total_steps=steps + 1, pct_start=0.1)
    network.train()
    for _ in range(EPOCHS):
        chance.shuffle(rows)
        for start in range(0, len(rows) - BATCH + 1, BATCH):
            part = rows[start:start + BATCH]
            batch = tokeniser([text for text, _ in part], padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
            with autocast("cpu"):
                loss = network(**batch, labels=torch.tensor([config.label2id[label] for _, label in part])).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
    return network.eval(), tokeniser
