"""Encoders that find where in a text an answer stands."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from engine.training.events import Reporter
from engine.training.learners.base import Learner
from engine.training.objectives.spans import SpansFound
from engine.training.rows import Batch, JoinedRows, RaggedRows, Rows
from engine.training.settings import Settings

if TYPE_CHECKING:
    from engine.models.hf_qa_model import HFQAModel
    from engine.tasks.declarations import Variant
    from engine.training.objectives import Objective

NOWHERE = -1e4  # the logit of a token that is padding


class Spans(Learner):
    """An input is (question, context, earlier pairs, answer). Outputs are the logits (B, 2, T) of beginning and end."""

    way = "spans"
    model: "HFQAModel"
    heads = ("network.qa_outputs.",)
    sampled = 48
    looked_at = 32

    def objective(self, variant: "Variant") -> "Objective":
        return SpansFound(self._places)

    @property
    def depth(self) -> int:
        return self.model.cutter.depth

    def rows(self, inputs: Sequence[Any], settings: Settings, reporter: Reporter) -> tuple[Rows, int]:
        coded = [self.model.coded(self._asked(one)) for one in inputs]
        reporter.progress("tokens", len(coded), len(inputs))
        ids = RaggedRows.of_lists("input_ids", [one["input_ids"] for one in coded], self.model.tokeniser.pad_token_id or 0)
        if "token_type_ids" not in coded[0]:
            return ids, 0
        return JoinedRows(ids, RaggedRows.of_lists("token_type_ids", [one["token_type_ids"] for one in coded], mask="type_mask")), 0

    def _asked(self, given: Any) -> Any:
        question, context, before, _ = given
        return self.model.asked(question, context, [one for one, _ in before], [other for _, other in before])

    def _places(self, inputs: Sequence[Any]) -> list[tuple[int, int] | None]:
        """The first and the last token of each answer; None where it does not stand in what is read of its text."""
        return [self.model.tokens_of(self._asked(one), str(one[-1])) for one in inputs]

    def whole(self, batch: Batch) -> Tensor:
        return _edges(self.model.network(**_inputs(batch)), batch["attention_mask"])

    def below(self, batch: Batch, cut: int | None) -> Tensor:
        return self.model.cutter.below(cut=cast(int, cut), **_inputs(batch))

    def above(self, batch: Batch, cut: int) -> Tensor:
        return _edges(self.model.cutter.above(batch["hidden"].float(), batch["attention_mask"], cut), batch["attention_mask"])

    def example(self) -> Batch:
        ids = torch.zeros(1, 2, dtype=torch.long, device=self.device)
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}

    def asked(self, given: Any, names: Sequence[str]) -> dict[str, Any]:
        return super().asked(given[:-1], names)


def _inputs(batch: Batch) -> dict[str, Tensor]:
    return {name: batch[name] for name in ("input_ids", "attention_mask", "token_type_ids") if name in batch}


def _edges(out: Any, mask: Tensor) -> Tensor:
    edges = torch.stack([out.start_logits, out.end_logits], dim=1).float()
    return edges.masked_fill(mask[:, None] == 0, NOWHERE)
