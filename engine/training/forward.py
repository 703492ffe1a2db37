"""From a batch to logits, for each kind of prepared rows."""

from typing import TYPE_CHECKING

from torch import Tensor

from engine.training.lightning_module import Forward
from engine.training.rows import Batch, Rows

if TYPE_CHECKING:
    from engine.models.base import BaseModel


def forward_of(model: "BaseModel", rows: Rows, cut: int) -> Forward:
    """The way of a batch through what is trained: from features, from hidden states at the cut, or from token ids."""
    def from_features(batch: Batch) -> Tensor:
        return model.head(batch["features"])

    def from_hidden(batch: Batch) -> Tensor:
        return model.above(batch["hidden"].float(), batch["attention_mask"], cut)

    def from_tokens(batch: Batch) -> Tensor:
        return model.logits(batch["input_ids"], batch["attention_mask"])

    return {"features": from_features, "hidden": from_hidden, "input_ids": from_tokens}[rows.key]
