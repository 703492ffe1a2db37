"""What belongs together: vectors of one group lie close, those of different groups apart."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor, nn, tensor
from torch.nn import functional

from engine.errors import StudioError
from engine.training.examples import Examples, Positions, columns_of, enough, split_rows, variant_inputs
from engine.training.losses import SemiHardTripletLoss
from engine.training.metrics import bootstrap, retrieval
from engine.training.objectives.base import Item, Objective
from engine.training.order import GroupOrder, Order
from engine.training.results import Evaluation
from engine.training.rows import Rows
from engine.training.settings import Settings
from engine.words import plural

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant
    from engine.training.events import Reporter
    from engine.training.learners import Learner

SMALLEST_BATCH = 4  # two groups of two
DRAWN = 500  # points of the map
MISTAKES = 200


class Groups(Objective):
    """Triplet loss with semi-hard negatives. Groups of one are left out."""

    def read(self, variant: "Variant", params: Mapping[str, list[Any]], settings: Settings, item: Item) -> Examples:
        if settings.batch_size is not None and settings.batch_size < SMALLEST_BATCH:
            raise StudioError(f"A batch of {settings.batch_size} cannot hold two groups of two.",
                              f"Give a batch size of at least {SMALLEST_BATCH}.")
        given = variant_inputs(variant)
        groups = _groups(params[variant.columns[-1].key])
        enough(len(groups))
        names, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        rows = np.flatnonzero(sizes[codes] > 1)
        alone = len(groups) - len(rows)
        left = np.unique(codes[rows])
        if len(left) < 2:
            raise StudioError("There are fewer than two groups with two or more rows.",
                              "Groups are learnt by comparing: give at least two groups with several rows each.")
        values = columns_of(given, {column.key: [params[column.key][row] for row in rows] for column in given})
        inputs = [item([column.key for column in given], row) for row in zip(*values, strict=True)]
        kept = np.searchsorted(left, codes[rows])

        def share(fraction: float) -> Any:
            from engine.data.splitting import split

            texts = inputs if all(isinstance(one, str) for one in inputs) else None
            train, validation = split(kept.tolist(), fraction, settings.seed, texts=texts)
            return _with_company(kept, np.asarray(train), np.asarray(validation))

        train, validation = split_rows(len(inputs), settings, share) if not isinstance(settings.validation_split, tuple) else \
            _of_kept(rows, *split_rows(len(groups), settings, lambda _: ((), ())))
        train = _only_with_company(kept, train)
        if len(np.unique(kept[train])) < 2:
            raise StudioError("The training rows hold fewer than two groups with two or more rows.", "Make the validation share smaller.")
        notes = (f"{plural(alone, 'row')} stood alone in {'its' if alone == 1 else 'their'} group and "
                 f"{'was' if alone == 1 else 'were'} left out.",) if alone else ()
        return Examples(inputs, np.arange(len(inputs))[:, None], tensor(kept), variant.metric, train, validation,
                        [str(name) for name in names[left]], rows=rows, params=params, notes=notes)

    def loss(self, examples: Examples, settings: Settings) -> nn.Module:
        return SemiHardTripletLoss()

    def order(self, rows: Rows, examples: Examples, batch_size: int, seed: int) -> Order:
        return GroupOrder(examples.targets.numpy()[examples.train], max(batch_size, SMALLEST_BATCH), seed)

    def measure(self, kept: Tensor, positions: Positions, examples: Examples) -> dict[str, float]:
        found = retrieval(kept.numpy(), examples.targets.numpy()[positions])
        return {"recall_at_1": found.summary["recall_at_1"]} if found else {}

    def before(self, learner: "Learner", examples: Examples, reporter: "Reporter") -> Any:
        from engine.training.objectives.asking import vectors_before

        found = vectors_before(learner, examples, reporter)
        return None if found is None else found[:, 0].numpy()

    def evaluate(self, learner: "Learner", rows: Rows, examples: Examples, before: Any, settings: Settings,
                 reporter: "Reporter") -> tuple[dict[str, float], Evaluation | None]:
        vectors = functional.normalize(self.outputs(learner, rows, examples, examples.validation, settings, reporter), dim=-1).numpy()
        truth = examples.truth
        found = retrieval(vectors, truth)
        if found is None:
            return {}, None
        old = None if before is None else retrieval(before, truth)
        interval = bootstrap(found.hits[:, None], lambda sums: sums[:, 0] / len(found.hits), settings.seed)
        return found.summary, Evaluation(
            metric="recall_at_1", value=found.summary["recall_at_1"], interval=interval, labels=examples.classes,
            baselines={"zero-shot": old.summary["recall_at_1"] if old else None}, mistakes=_mistakes(found, examples),
            points=_map(vectors, before, truth, examples, settings.seed))


def _groups(values: list[Any]) -> list[str]:
    missing = [row for row, value in enumerate(values) if value is None or value != value or not str(value).strip()]
    if missing:
        raise StudioError(f"{len(missing)} rows have no group, such as row {missing[0]}.", "Drop them, or fill them in.")
    return [str(value) for value in values]


def _with_company(groups: Positions, train: Positions, validation: Positions) -> tuple[Positions, Positions]:
    """Rows whose group would be alone in training go back to it."""
    counts = np.bincount(groups[train], minlength=int(groups.max()) + 1)
    back = validation[counts[groups[validation]] < 2]
    return np.sort(np.concatenate([train, back])), np.setdiff1d(validation, back)


def _only_with_company(groups: Positions, train: Positions) -> Positions:
    counts = np.bincount(groups[train], minlength=int(groups.max()) + 1)
    return train[counts[groups[train]] > 1]


def _of_kept(rows: Positions, train: Positions, validation: Positions) -> tuple[Positions, Positions]:
    """Positions among all rows -> positions among the kept ones."""
    train, validation = (np.searchsorted(rows, part[np.isin(part, rows)]) for part in (train, validation))
    return train, validation


def _mistakes(found: Any, examples: Examples) -> list[dict[str, Any]]:
    """Rows whose nearest neighbour is of another group, the nearest such first."""
    said = []
    for place in found.missed[:MISTAKES]:
        position, other = int(examples.validation[found.queries[place]]), int(examples.validation[found.nearest[place]])
        said.append({"row": examples.row(position), "text": f"{examples.said(position)} → {examples.said(other)}",
                     "truth": examples.classes[int(examples.targets[position])],
                     "predicted": examples.classes[int(examples.targets[other])],
                     "probability": max(0.0, float(found.cosine[place]))})
    return said


def _map(vectors: Any, before: Any, truth: Any, examples: Examples, seed: int) -> list[dict[str, Any]]:
    """The same rows before and after on one plane, each about its own middle: the two main directions of both together (PCA)."""
    if before is None or before.shape[1] != vectors.shape[1]:
        return []
    chosen = np.random.default_rng(seed).permutation(len(vectors))[:DRAWN]
    centred = np.concatenate([part[chosen] - part[chosen].mean(axis=0) for part in (before, vectors)]).astype(np.float64)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    flat = centred @ directions[:2].T
    old, new = flat[:len(chosen)], flat[len(chosen):]
    return [{"text": examples.said(int(examples.validation[place]))[:120], "group": examples.classes[int(truth[place])],
             "before": [float(part) for part in old[row]], "after": [float(part) for part in new[row]]}
            for row, place in enumerate(chosen)]
