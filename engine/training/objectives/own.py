"""The loss that a model of the user's own says itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.training.examples import Examples, columns_of, enough, split_rows
from engine.training.losses import AsGiven
from engine.training.objectives.base import Item, Objective
from engine.training.results import Evaluation
from engine.training.rows import Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant
    from engine.training.events import Reporter
    from engine.training.learners import Learner


class OwnLoss(Objective):
    """Inputs are whole rows; the outputs of a batch are its loss, and the primary metric is the loss on the validation rows."""

    measures = False

    def read(self, variant: "Variant", params: Mapping[str, list[Any]], settings: Settings, item: Item) -> Examples:
        columns = [column for column in variant.columns if column.key in params]
        for column in columns:
            if column.kind in ("text", "image"):
                columns_of([column], params)
        names = [column.key for column in columns]
        inputs = [item(names, row) for row in zip(*(params[name] for name in names), strict=True)]
        enough(len(inputs))
        kind, values = columns[-1].kind, params[columns[-1].key]
        several = kind == "labels"
        classes = sorted({str(label) for own in values for label in (own if several else [own])}) if kind in ("label", "labels") else []

        def share(fraction: float) -> Any:
            from engine.data.splitting import split

            return split(values if classes else [0] * len(values), fraction, settings.seed)

        train, validation = split_rows(len(inputs), settings, share)
        return Examples(inputs, np.arange(len(inputs))[:, None], torch.zeros(len(inputs)), "loss", train, validation, classes, several,
                        params=params)

    def loss(self, examples: Examples, settings: Settings) -> nn.Module:
        return AsGiven()

    def kept(self, outputs: Tensor) -> Tensor:
        return outputs.detach().reshape(1)

    def evaluate(self, learner: "Learner", rows: Rows, examples: Examples, before: Any, settings: Settings,
                 reporter: "Reporter") -> tuple[dict[str, float], Evaluation | None]:
        learner.model.eval()
        losses = []
        with torch.no_grad():
            for position in examples.validation:
                batch = {key: value.to(learner.device) for key, value in rows.batch(torch.from_numpy(examples.index[position])).items()}
                losses.append(float(learner.whole(batch)))
        loss = float(np.mean(losses))
        error = 1.96 * float(np.std(losses)) / max(1.0, len(losses) ** 0.5)
        return {"loss": loss}, Evaluation(metric="loss", value=loss, interval=(loss - error, loss + error), baselines={})
