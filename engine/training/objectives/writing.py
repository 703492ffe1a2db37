"""What is to be written for an input: the language-model loss on the output alone."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import nn, zeros

from engine.training.examples import Examples, Positions, enough, split_rows, texts_of
from engine.training.losses import MeanOverTokens
from engine.training.metrics import answer_scores, bootstrap, means
from engine.training.objectives.base import Item, Objective
from engine.training.results import Evaluation
from engine.training.rouge import rouge
from engine.training.rows import Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.tasks.declarations import Variant
    from engine.training.events import Reporter
    from engine.training.learners import Learner

ASKED = 48  # validation rows that the model writes for, before and after: writing is slow
TRIED = 4  # of these after each epoch
SHOWN = 48


class Written(Objective):
    """A text for a text. An input is (what is read, what is to be written)."""

    measures = False  # of a few samples only, which is too little to judge trials by

    def read(self, variant: "Variant", params: Mapping[str, list[Any]], settings: Settings, item: Item) -> Examples:
        wanted = texts_of(params["output_text"], "text to write")
        inputs = [(source, answer) for source, answer in zip(texts_of(params["input_text"]), wanted, strict=True)]
        return self.examples(inputs, wanted, variant, params, settings)

    def examples(self, inputs: list[Any], wanted: list[str], variant: "Variant", params: Mapping[str, list[Any]],
                 settings: Settings) -> Examples:
        enough(len(inputs))
        sources = [str(one[0]) for one in inputs]

        def share(fraction: float) -> Any:
            from engine.data.splitting import split

            return split([0] * len(inputs), fraction, settings.seed, texts=sources)

        train, validation = split_rows(len(inputs), settings, share)
        return Examples(inputs, np.arange(len(inputs))[:, None], zeros(len(inputs)), variant.metric, train, validation, params=params)

    def loss(self, examples: Examples, settings: Settings) -> nn.Module:
        return MeanOverTokens()

    def before(self, learner: "Learner", examples: Examples, reporter: "Reporter") -> Any:
        return self.written(learner, examples, examples.validation[:ASKED], reporter, "before training")

    def written(self, learner: "Learner", examples: Examples, positions: Positions, reporter: "Reporter", phase: str) -> list[str]:
        """What the model writes for these examples, asked as the task asks it."""
        from engine.training.objectives.asking import answers_to

        return [str(answer) for answer in answers_to(learner, examples, positions, reporter, phase)]

    def wanted(self, examples: Examples, position: int) -> str:
        return str(examples.inputs[examples.index[position][0]][-1])

    def scores(self, said: list[str], examples: Examples, positions: Positions) -> list[dict[str, float]]:
        """The scores of each answer."""
        found = []
        for one, position in zip(said, positions, strict=True):
            wanted = self.wanted(examples, int(position))
            exact = answer_scores(one, wanted)["exact_match"]
            found.append({**rouge(one, wanted), "exact_match": exact, **({"accuracy": exact} if examples.metric == "accuracy" else {})})
        return found

    def samples(self, said: list[str], scores: list[dict[str, float]], examples: Examples, positions: Positions) -> list[dict[str, Any]]:
        """What was written beside what was wanted."""
        metric = examples.metric
        return [{"row": examples.row(int(position)), "text": str(examples.inputs[examples.index[position][0]][0])[:500],
                 "truth": self.wanted(examples, int(position)), "predicted": one, "score": score[metric]}
                for one, score, position in zip(said[:SHOWN], scores[:SHOWN], positions[:SHOWN], strict=True)]

    def tried(self, learner: "Learner", examples: Examples, reporter: "Reporter") -> list[dict[str, Any]]:
        """A few samples, after an epoch."""
        positions = examples.validation[:TRIED]
        said = self.written(learner, examples, positions, reporter, "writing samples")
        return self.samples(said, self.scores(said, examples, positions), examples, positions)

    def evaluate(self, learner: "Learner", rows: Rows, examples: Examples, before: Any, settings: Settings,
                 reporter: "Reporter") -> tuple[dict[str, float], Evaluation | None]:
        sums = self.outputs(learner, rows, examples, examples.validation, settings, reporter).sum(dim=0)
        positions = examples.validation[:ASKED]
        said = self.written(learner, examples, positions, reporter, "writing for the validation rows")
        scores = self.scores(said, examples, positions)
        metric = examples.metric
        metrics = {**means(scores), "perplexity": math.exp(min(20.0, float(sums[0] / sums[1].clamp(min=1))))}
        values = np.array([[score[metric]] for score in scores])
        interval = bootstrap(values, lambda drawn: drawn[:, 0] / len(values), settings.seed)
        old = means(self.scores(before, examples, positions))[metric] if before else None
        return metrics, Evaluation(metric=metric, value=metrics[metric], interval=interval, baselines={"zero-shot": old},
                                   samples=self.samples(said, scores, examples, positions))


class AnswersWritten(Written):
    """Answers to questions about texts. An input is (question, context, earlier pairs, answer)."""

    def read(self, variant: "Variant", params: Mapping[str, list[Any]], settings: Settings, item: Item) -> Examples:
        return self.examples(questions_of(params), texts_of(params["answers"], "answer"), variant, params, settings)

    def scores(self, said: list[str], examples: Examples, positions: Positions) -> list[dict[str, float]]:
        return [answer_scores(one, self.wanted(examples, int(position))) for one, position in zip(said, positions, strict=True)]


def questions_of(params: Mapping[str, list[Any]]) -> list[tuple[str, str, tuple[tuple[str, str], ...], str]]:
    """(question, context, earlier pairs, answer) of each row."""
    questions, contexts = texts_of(params["questions"], "question"), texts_of(params["contexts"], "text")
    answers = texts_of(params["answers"], "answer")
    earlier = params.get("prev_qas") or [()] * len(questions)
    return [(question, context, tuple((str(one), str(other)) for one, other in (before or ())), answer)
            for question, context, before, answer in zip(questions, contexts, earlier, answers, strict=True)]
