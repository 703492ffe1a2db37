"""Models that write: text generation, summaries, feelings in words, answers in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

from engine.tasks import task_class
from engine.training.events import Reporter
from engine.training.learners.base import Learner
from engine.training.objectives.writing import AnswersWritten, Written
from engine.training.rows import Batch, JoinedRows, RaggedRows, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.base import BaseModel
    from engine.models.generator import Generator
    from engine.tasks.declarations import Variant
    from engine.training.examples import Examples
    from engine.training.methods import Method
    from engine.training.objectives import Objective

IGNORED = -100  # a token that is read, not written


class Writing(Learner):
    """An input is (what is read, …, what is to be written). Outputs are (sum of the tokens' losses, tokens) of each row."""

    way = "writing"
    model: "Generator"
    heads = ("nothing",)
    sampled = 24
    looked_at = 4

    def __init__(self, model: "BaseModel", task: str) -> None:
        super().__init__(model, task)
        self._kept_in = next(self.model.parameters()).dtype

    def objective(self, variant: "Variant") -> "Objective":
        return Written()

    def begin(self, examples: "Examples", method: "Method", settings: Settings) -> None:
        """Weights are kept in half precision to answer; those that change learn in full."""
        if not method.keeps_weights:
            self.model.float()
        wanted = {"max_length": self.longest(settings)[1], "repetition_penalty": 1.0}
        self.asking = {field.name: wanted[field.name] for field in task_class(self.task).options if field.name in wanted}

    def end(self) -> None:
        self.model.to(self._kept_in)

    def longest(self, settings: Settings) -> tuple[int, int]:
        """Tokens that are read and tokens that are written, at most."""
        declared = task_class(self.task).variant()
        return (min(settings.max_input_length or declared.reads, self.model.longest), settings.max_output_length or declared.writes)

    def rows(self, inputs: Sequence[Any], settings: Settings, reporter: Reporter) -> tuple[Rows, int]:
        most, most_written = self.longest(settings)
        read, labels, shortened = [], [], 0
        for done, given in enumerate(inputs, start=1):
            prompt, wanted = self.prompt(given), self.model.answer_ids(str(given[-1]))
            shortened += len(prompt) > most or len(wanted) > most_written
            prompt, wanted = prompt[:most], wanted[:most_written - 1] + wanted[-1:] if len(wanted) > most_written else wanted
            on = self.model.writes_on
            read.append([*prompt, *wanted] if on else prompt)
            labels.append([*[IGNORED] * len(prompt), *wanted] if on else wanted)
            if done % 64 == 0 or done == len(inputs):
                reporter.check_stop()
                reporter.progress("tokens", done, len(inputs))
        pad_id = self.model.tokeniser.pad_token_id or 0
        return JoinedRows(RaggedRows.of_lists("input_ids", read, pad_id),
                          RaggedRows.of_lists("labels", labels, IGNORED, mask="label_mask")), shortened

    def prompt(self, given: Any) -> list[int]:
        """Token ids of what the model is given before it writes."""
        ids: list[int] = getattr(self.model, f"prompt_{self.task.replace('-', '_')}")(*given[:-1])
        return ids

    def whole(self, batch: Batch) -> Tensor:
        labels = batch["labels"]
        losses = self._writing_on(batch, labels) if self.model.writes_on else self._writing_anew(batch, labels)
        return torch.stack([losses.sum(dim=1), (losses != 0).sum(dim=1).to(losses.dtype)], dim=1)

    def _writing_on(self, batch: Batch, labels: Tensor) -> Tensor:
        """(B, T): the vocabulary is scored only where something is written."""
        network = self.model.network
        hidden = network.base_model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False)[0][:, :-1]
        wanted = labels[:, 1:]
        written = wanted != IGNORED
        logits = network.get_output_embeddings()(hidden[written]).float()
        losses = torch.zeros(wanted.shape, dtype=logits.dtype, device=logits.device)
        return losses.masked_scatter(written, functional.cross_entropy(logits, wanted[written], reduction="none"))

    def _writing_anew(self, batch: Batch, labels: Tensor) -> Tensor:
        """(B, T) of an encoder and a decoder."""
        out = self.model.network(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels)
        return functional.cross_entropy(out.logits.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORED,
                                        reduction="none").view(labels.shape)

    def train_above(self, cut: int) -> None:
        self.model.train()

    def asked(self, given: Any, names: Sequence[str]) -> dict[str, Any]:
        return super().asked(given[:-1], names)  # without the answer


class Answers(Writing):
    """Questions about texts, answered in words. An input is (question, context, earlier pairs, answer)."""

    way = "answers"

    def objective(self, variant: "Variant") -> "Objective":
        return AnswersWritten()
