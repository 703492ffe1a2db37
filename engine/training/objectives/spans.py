"""Where in a text the answer to a question stands."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.errors import StudioError
from engine.training.examples import Examples
from engine.training.losses import SpanLoss
from engine.training.metrics import bootstrap, means
from engine.training.objectives.base import Item
from engine.training.objectives.writing import AnswersWritten
from engine.training.results import Evaluation
from engine.training.rows import Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant
    from engine.training.events import Reporter
    from engine.training.learners import Learner

MEASURED = 400  # validation questions that are asked before and after


class SpansFound(AnswersWritten):
    """The tokens at which an answer begins and ends. Rows whose answer does not stand in their text are left out."""

    measures = True

    def __init__(self, find: Any) -> None:
        self.find = find  # inputs -> (first token, last token) of each, or None

    def read(self, variant: "Variant", params: Mapping[str, list[Any]], settings: Settings, item: Item) -> Examples:
        examples = super().read(variant, params, settings, item)
        places = self.find(examples.inputs)
        lost = [row for row, place in enumerate(places) if place is None]
        if len(lost) == len(places):
            raise StudioError("No answer stands in its text.",
                              "Answers have to be in the text's own words; are the columns the right ones?")
        keep = torch.ones(len(places), dtype=torch.bool).index_fill_(0, torch.tensor(lost, dtype=torch.long), False).numpy()
        targets = torch.tensor([place or (0, 0) for place in places])
        train = examples.train[keep[examples.train]]
        if not len(train):
            raise StudioError("No training answer stands in its text.", "Answers have to be in the text's own words.")
        notes = (f"{len(lost)} answers do not stand in their texts, such as that of row {lost[0]}; these were left out.",) if lost else ()
        return Examples(examples.inputs, examples.index, targets, variant.metric, train, examples.validation[keep[examples.validation]],
                        params=params, notes=notes)

    def loss(self, examples: Examples, settings: Settings) -> nn.Module:
        return SpanLoss()

    def kept(self, outputs: Tensor) -> Tensor:
        return outputs.float().argmax(dim=-1)

    def measure(self, kept: Tensor, positions: Any, examples: Examples) -> dict[str, float]:
        """F1 of the tokens that the most probable edges hold and those that they should."""
        (start, end), (first, last) = kept.long().T, examples.targets[positions.tolist()].T
        shared = (torch.minimum(end, last) - torch.maximum(start, first) + 1).clamp(min=0)
        return {"f1": float((2 * shared / ((end - start + 1).clamp(min=1) + last - first + 1)).mean())}

    def before(self, learner: "Learner", examples: Examples, reporter: "Reporter") -> Any:
        return self.written(learner, examples, examples.validation[:MEASURED], reporter, "before training")

    def tried(self, learner: "Learner", examples: Examples, reporter: "Reporter") -> list[dict[str, Any]]:
        return []

    def evaluate(self, learner: "Learner", rows: Rows, examples: Examples, before: Any, settings: Settings,
                 reporter: "Reporter") -> tuple[dict[str, float], Evaluation | None]:
        positions = examples.validation[:MEASURED]
        said = self.written(learner, examples, positions, reporter, "asking the validation questions")
        scores = self.scores(said, examples, positions)
        metrics = means(scores)
        values = torch.tensor([[score["f1"]] for score in scores]).double().numpy()
        interval = bootstrap(values, lambda drawn: drawn[:, 0] / len(values), settings.seed)
        old = means(self.scores(before, examples, positions))["f1"] if before else None
        return metrics, Evaluation(metric="f1", value=metrics["f1"], interval=interval, baselines={"zero-shot": old},
                                   samples=self.samples(said, scores, examples, positions))
