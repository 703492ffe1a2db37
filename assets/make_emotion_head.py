"""Train the head that names feelings: `python -m assets.make_emotion_head ../shared/data/goemotions`

Learnt from GoEmotions (Demszky et al., arXiv 2005.00547; Apache-2.0): short comments with any of 28 labels. The embedded encoder is
frozen; each label's threshold is the one with the best F1 on the development part. About a minute on two cores.
"""

import csv
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.models.auto_model import AutoModel
from engine.models.head import ClassifierHead

EPOCHS, BATCH, RATE, DECAY, DROPOUT = 30, 256, 2e-3, 0.05, 0.3
RARE = 0.3  # how strongly rare labels count more: their weight is (rows without / rows with) to this power


def main() -> None:
    folder, out = Path(sys.argv[1]), Path(__file__).with_name("emotion_head")
    model = AutoModel.from_pretrained("minilm")
    rows = {part: read(folder / f"{part}.csv") for part in ("train", "dev", "test")}
    labels = sorted({label for _, own in rows["train"] for label in own})
    features = {part: model.in_batches(model.features, model.tokenise([text for text, _ in own]).ids) for part, own in rows.items()}
    targets = {part: torch.tensor([[float(label in own) for label in labels] for _, own in found]) for part, found in rows.items()}
    head = trained(features["train"], targets["train"], features["dev"], targets["dev"])
    shares = {part: head.probabilities(head(features[part])) for part in rows}
    thresholds = [best_threshold(shares["dev"][:, place], targets["dev"][:, place]) for place in range(len(labels))]
    scores = {part: f1(shares[part] >= torch.tensor(thresholds), targets[part].bool()) for part in ("dev", "test")}
    print(json.dumps(scores))
    out.mkdir(exist_ok=True)
    save_file({key: value.half().contiguous() for key, value in head.state_dict().items()}, out / "head.safetensors")
    facts = {"labels": labels, "multi_label": True, "thresholds": dict(zip(labels, (round(value, 3) for value in thresholds), strict=True)),
             "data": "GoEmotions, Apache-2.0", "scores": scores}
    (out / "head.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def read(file: Path) -> list[tuple[str, list[str]]]:
    with file.open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    text, label = list(found[0])[:2]
    return [(row[text], row[label].split("|")) for row in found]


def trained(features: Tensor, targets: Tensor, dev: Tensor, dev_targets: Tensor) -> ClassifierHead:
    """The head of the epoch with the lowest loss on the development part."""
    torch.manual_seed(0)
    head = ClassifierHead(features.shape[1], targets.shape[1], dropout=DROPOUT, multi_label=True)
    head.fit_statistics(features)
    count = targets.sum(dim=0)
    loss = nn.BCEWithLogitsLoss(pos_weight=((len(targets) - count) / count).clamp(min=1) ** RARE)
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(features) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    best, kept = float("inf"), {}
    for _ in range(EPOCHS):
        head.train()
        for part in torch.randperm(len(features)).split(BATCH):
            loss(head(features[part]), targets[part]).backward()
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
        head.eval()
        with torch.inference_mode():
            now = float(loss(head(dev), dev_targets))
        if now < best:
            best, kept = now, {key: value.clone() for key, value in head.state_dict().items()}
    head.load_state_dict(kept)
    return head.eval().requires_grad_(False)


def best_threshold(shares: Tensor, truth: Tensor) -> float:
    """The threshold with the best F1; smoothed by a prior row so that labels with few rows do not choose an extreme one."""
    steps = torch.linspace(0.05, 0.9, 86)
    said = shares[None] >= steps[:, None]
    hits = (said & truth.bool()).sum(dim=1)
    return float(steps[(2 * hits / (said.sum(dim=1) + truth.sum() + 2)).argmax()])


def f1(said: Tensor, truth: Tensor) -> dict[str, float]:
    hits = (said & truth).sum(dim=0).float()
    each = 2 * hits / (said.sum(dim=0) + truth.sum(dim=0)).clamp(min=1)
    return {"f1_macro": round(float(each.mean()), 4), "f1_micro": round(float(2 * hits.sum() / (said.sum() + truth.sum())), 4)}


if __name__ == "__main__":
    main()
