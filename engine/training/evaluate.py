"""How good the trained model is on the validation rows, and whether training helped."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import StudioError
from engine.inference.batching import plan, token_budget
from engine.inference.devices import autocast
from engine.training.events import Reporter
from engine.training.examples import Examples, majority
from engine.training.forward import forward_of
from engine.training.metrics import confusion_matrix, label_counts, per_class, predictions, summary, value_of
from engine.training.results import Evaluation
from engine.training.rows import Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.base import BaseModel

MISTAKES = 200
CLASSES_WITH_CONFUSION = 500
LABELS_WITH_ZERO_SHOT = 1000
Floats = NDArray[np.float64]


def zero_shot(model: "BaseModel", task: str, examples: Examples, reporter: Reporter) -> Floats | None:
    """The probabilities that the model gives the validation rows before finetuning; None if it has no such ability."""
    if len(examples.validation) == 0 or len(examples.classes) > LABELS_WITH_ZERO_SHOT or task not in model.tasks:
        return None
    if getattr(model, "labels", None) is not None:  # it has labels of its own already and ignores ours
        return None
    texts = [examples.inputs[row] for row in examples.validation]
    answers: list[dict[str, float]] = []
    for start in range(0, len(texts), 256):
        reporter.check_stop()
        try:
            answers += model({"text": texts[start:start + 256], "labels": examples.classes, "top_k": 0}, task)
        except StudioError:  # it classifies only after finetuning
            return None
        reporter.progress("before training", len(answers), len(texts))
    return np.array([[answer[label] for label in examples.classes] for answer in answers])


@torch.no_grad()
def probabilities(model: "BaseModel", rows: Rows, examples: Examples, settings: Settings, reporter: Reporter) -> Floats:
    """(validation rows, classes) from the prepared rows."""
    positions = examples.validation
    forward, model = forward_of(model, rows, settings.cut or 0), model.eval()
    values, done = np.empty((len(positions), len(examples.classes))), 0
    for chosen in plan(rows.lengths[positions].tolist(), token_budget(model.device.type)):
        batch = {key: value.to(model.device) for key, value in rows.batch(torch.from_numpy(positions[chosen])).items()}
        with autocast(model.device, settings.precision):
            logits = forward(batch).float()
        values[chosen] = (logits.sigmoid() if examples.multi_label else logits.softmax(dim=-1)).double().cpu().numpy()
        done += len(chosen)
        reporter.progress("evaluating", done, len(positions))
    return values


def evaluate(found: Floats, before: Floats | None, examples: Examples, seed: int) -> tuple[dict[str, float], Evaluation]:
    """All metrics by name, and what the result's page shows. found, before: probabilities (validation rows, classes)."""
    truth, several, metric = examples.truth, examples.multi_label, examples.metric
    predicted = predictions(found, several)
    value, interval = value_of(metric, found, truth, several, seed)
    classes = len(examples.classes)
    matrix = None if several or classes > CLASSES_WITH_CONFUSION else confusion_matrix(truth, predicted, classes).tolist()
    baselines = {"majority": summary(majority(examples), truth, several)[metric],
                 "zero-shot": None if before is None else summary(before, truth, several)[metric]}
    return summary(found, truth, several), Evaluation(
        metric=metric, value=value, interval=interval, baselines=baselines, labels=examples.classes,
        per_class=per_class(label_counts(truth, predicted, classes, several), examples.classes), confusion=matrix,
        mistakes=_mistakes_of_several(found, examples) if several else _mistakes(found, predicted, examples),
    )


def _mistakes(found: Floats, predicted: NDArray[np.int64], examples: Examples) -> list[dict[str, object]]:
    wrong = np.flatnonzero(predicted != examples.truth)
    surest = wrong[np.argsort(-found[wrong, predicted[wrong]], kind="stable")][:MISTAKES]
    names, truth = examples.classes, examples.truth
    return [_mistake(place, names[truth[place]], names[predicted[place]], found[place, predicted[place]], examples) for place in surest]


def _mistakes_of_several(found: Floats, examples: Examples) -> list[dict[str, object]]:
    """Rows with a wrong label, those first whose wrongest label is furthest from the threshold."""
    distance = np.abs(found - examples.truth)
    worst = distance.argmax(axis=1)
    surest = [place for place in np.argsort(-distance.max(axis=1), kind="stable") if distance[place, worst[place]] > 0.5][:MISTAKES]
    names = np.array(examples.classes, dtype=object)
    said = predictions(found, True)
    return [_mistake(place, list(names[examples.truth[place] == 1]), list(names[said[place] == 1]), distance[place, worst[place]], examples)
            for place in surest]


def _mistake(place: int, truth: object, predicted: object, probability: float, examples: Examples) -> dict[str, object]:
    row = int(examples.validation[place])
    return {"row": row, "text": examples.inputs[row], "truth": truth, "predicted": predicted, "probability": float(probability)}
