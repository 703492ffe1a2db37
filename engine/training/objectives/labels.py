"""Which labels an input bears."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import StudioError
from engine.training.events import Reporter
from engine.training.examples import Examples, Positions, columns_of, enough, split_rows, variant_inputs
from engine.training.losses import ClassificationLoss, class_weights, encode
from engine.training.metrics import confusion_matrix, label_counts, per_class, predictions, summary, value_of
from engine.training.objectives.base import Item, Objective
from engine.training.results import Evaluation
from engine.training.rows import Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant
    from engine.training.learners import Learner

NEARLY_EVERY_ROW = 0.5  # more classes than this share of the rows: the label column is most likely an identifier
CLASSES_WORTH_ASKING = 50
MISTAKES = 200
CLASSES_WITH_CONFUSION = 500
LABELS_WITH_ZERO_SHOT = 1000
AT_A_TIME = 256
Floats = NDArray[np.float64]


class Labels(Objective):
    """One label of several, or with `several` any number of them."""

    fresh = True

    def __init__(self, several: bool) -> None:
        self.several = several

    def read(self, variant: "Variant", params: Mapping[str, list[Any]], settings: Settings, item: Item) -> Examples:
        given = variant_inputs(variant)
        values = columns_of(given, params)
        inputs = [item([column.key for column in given], row) for row in zip(*values, strict=True)]
        labels = _labels(params[variant.columns[-1].key], self.several)
        classes = sorted({label for own in labels for label in own} if self.several else set(labels))
        _check_classes(classes, len(inputs), self.several)
        texts = inputs if all(isinstance(row, str) for row in inputs) else None

        def share(fraction: float) -> Any:
            from engine.data.splitting import split

            return split(labels, fraction, settings.seed, texts=texts)

        train, validation = split_rows(len(inputs), settings, share)
        learnt = {label for row in train for label in (labels[row] if self.several else [labels[row]])}
        if unseen := [label for label in classes if label not in learnt]:
            raise StudioError(f"No training row bears the label {unseen[0]!r}; it is in validation only.",
                              "What is never seen cannot be learnt: give it a training row, or let the studio split the rows.")
        return Examples(inputs, np.arange(len(inputs))[:, None], encode(labels, classes, self.several), variant.metric, train, validation,
                        classes, self.several, params=params)

    def loss(self, examples: Examples, settings: Settings) -> nn.Module:
        targets, classes = examples.targets[examples.train.tolist()], len(examples.classes)
        weights = class_weights(targets, classes, self.several) if settings.class_weights else None
        return ClassificationLoss(self.several, settings.label_smoothing or 0.0, weights)

    def measure(self, kept: Tensor, positions: Positions, examples: Examples) -> dict[str, float]:
        truth = examples.targets.numpy()[positions].astype(np.int64)
        return {examples.metric: summary(self._probabilities(kept), truth, self.several)[examples.metric]}

    def before(self, learner: "Learner", examples: Examples, reporter: Reporter) -> Floats | None:
        """The probabilities that the model gives the validation rows; None if it has no such ability."""
        model, task = learner.model, learner.task
        if len(examples.validation) == 0 or len(examples.classes) > LABELS_WITH_ZERO_SHOT:
            return None
        if getattr(model, "labels", None) is not None:  # it has labels of its own already and ignores ours
            return None
        from engine.tasks import task_class

        declared = task_class(task)
        if all(field.name != "labels" for field in declared.options):
            return None
        name = declared.inputs[0].name
        inputs = [learner.asked(examples.inputs[row], [name])[name] for row in examples.validation]
        answers: list[dict[str, float]] = []
        for start in range(0, len(inputs), AT_A_TIME):
            reporter.check_stop()
            try:
                answers += model({name: inputs[start:start + AT_A_TIME], "labels": examples.classes, "top_k": 0}, task)
            except Exception:  # it classifies only after finetuning; what a class of the user's own raises then cannot be foreseen
                return None
            reporter.progress("before training", len(answers), len(inputs))
        return np.array([[answer.get(label, 0.0) for label in examples.classes] for answer in answers])

    def evaluate(self, learner: "Learner", rows: Rows, examples: Examples, before: Any, settings: Settings,
                 reporter: Reporter) -> tuple[dict[str, float], Evaluation | None]:
        found = self._probabilities(self.outputs(learner, rows, examples, examples.validation, settings, reporter))
        truth, several, metric = examples.truth, self.several, examples.metric
        predicted = predictions(found, several)
        value, interval = value_of(metric, found, truth, several, settings.seed)
        classes = len(examples.classes)
        matrix = None if several or classes > CLASSES_WITH_CONFUSION else confusion_matrix(truth, predicted, classes).tolist()
        baselines = {"majority": summary(majority(examples), truth, several)[metric],
                     "zero-shot": None if before is None else summary(before, truth, several)[metric]}
        return summary(found, truth, several), Evaluation(
            metric=metric, value=value, interval=interval, baselines=baselines, labels=examples.classes,
            per_class=per_class(label_counts(truth, predicted, classes, several), examples.classes), confusion=matrix,
            mistakes=_mistakes_of_several(found, examples) if several else _mistakes(found, predicted, examples),
            predicted=[np.flatnonzero(row).tolist() for row in predicted] if several else predicted.tolist(),
        )

    def _probabilities(self, logits: Tensor) -> Floats:
        return (logits.float().sigmoid() if self.several else logits.float().softmax(dim=-1)).double().numpy()


def majority(examples: Examples) -> Floats:
    """Probabilities (validation rows, classes) of always answering what is most frequent in training."""
    targets = examples.targets.numpy()[examples.train]
    answer = np.zeros(len(examples.classes))
    if examples.multi_label:
        answer[targets.mean(axis=0) >= 0.5] = 1.0
        if not answer.any():
            answer[targets.sum(axis=0).argmax()] = 1.0
    else:
        answer[Counter(targets.tolist()).most_common(1)[0][0]] = 1.0
    return np.repeat(answer[None], len(examples.validation), axis=0)


def _labels(values: Sequence[Any], several: bool) -> list[Any]:
    if several:
        if wrong := [row for row, labels in enumerate(values) if not isinstance(labels, list | tuple | set | frozenset)]:
            raise StudioError(f"The labels of row {wrong[0]} are {values[wrong[0]]!r}, not a list.",
                              "Give a list of labels for each row; it may be empty.")
        return [sorted({str(label) for label in labels}) for labels in values]
    if missing := [row for row, label in enumerate(values) if label is None or label != label or not str(label).strip()]:
        raise StudioError(f"{len(missing)} rows have no label, such as row {missing[0]}.", "Drop them, or fill them in.")
    if wrong := [row for row, label in enumerate(values) if isinstance(label, list | tuple | set | dict)]:
        raise StudioError(f"Row {wrong[0]} has several labels: {values[wrong[0]]!r}.", "Choose the variant with several labels per text.")
    return [str(label) for label in values]


def _check_classes(classes: list[str], rows: int, several: bool) -> None:
    enough(rows, "better ten for each label")
    if len(classes) < (1 if several else 2):
        said = f"Every row has the same label, {classes[0]!r}." if classes else "No row has a label."
        raise StudioError(said, "There is something to learn only if the labels differ; is it the right column?")
    if not several and len(classes) > max(NEARLY_EVERY_ROW * rows, CLASSES_WORTH_ASKING):
        raise StudioError(f"{rows:,} rows have {len(classes):,} different labels.",
                          "A label has to occur several times to be learnt; is the label column an identifier or a free text?")


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
    position = int(examples.validation[place])
    return {"row": examples.row(position), "text": examples.said(position), "truth": truth, "predicted": predicted,
            "probability": float(probability)}
