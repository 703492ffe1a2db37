"""What all models that sort texts share: batches, answers, rows to tensors, loss."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import StudioError
from engine.inference.batching import in_batches, pad
from engine.inference.devices import autocast
from engine.models.encoder import Tokens
from engine.models.headed import HeadedModel
from engine.models.packing import Compute, packed
from engine.models.ranking import ranked

MAX_LENGTH = 128  # tokens kept of a text unless the finetuning said otherwise


class TextClassifier(HeadedModel):
    """A model with `tokenise`, `features` (B, F), and a `head` that turns features into logits."""

    max_length = MAX_LENGTH
    pad_id = 0

    @property
    def recipe(self) -> str:
        """What the features depend on besides the weights, such as the way of pooling."""
        return ""

    @abstractmethod
    def tokenise(self, texts: Sequence[str], max_length: int | None = None) -> Tokens:
        """Token ids of each text, and how many texts were cut. max_length: tokens, at most what the model can take."""

    @abstractmethod
    def logits(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, T) -> (B, classes)."""

    def in_batches(self, compute: Compute, ids: Sequence[Sequence[int]]) -> Tensor:
        """Apply `compute(model, input_ids, attention_mask) -> (B, F)` to token ids in batches of like lengths -> (N, F), fp32, on the CPU.

        model: this one, or the same made ready to answer fast. The same tokens are computed once.
        """
        unique: dict[tuple[int, ...], int] = {}
        places = [unique.setdefault(tuple(sequence), len(unique)) for sequence in ids]
        sequences = list(unique)
        model = packed(self, compute)

        def results(batch: list[int]) -> Tensor:
            input_ids, mask = pad([sequences[index] for index in batch], self.pad_id)
            with torch.inference_mode(), autocast(self.device):
                return compute(model, input_ids.to(self.device), mask.to(self.device)).float().cpu()

        rows = in_batches(results, [len(sequence) for sequence in sequences], self.device)
        return torch.stack([rows[place] for place in places]) if places else torch.empty(0, 0)

    def classify(self, texts: Sequence[str], top_k: int = 0) -> list[dict[str, float]]:
        """The probabilities of the model's own labels, most probable first."""
        if not texts:
            return []
        features = self.in_batches(type(self).features, self.tokenise(texts, self.max_length).ids)
        with torch.inference_mode():  # in fp32: it costs nothing, and half as many close calls change their label
            logits = self.head(features.to(self.device)).cpu()
        return [ranked(self.labels or [], row, top_k) for row in self.probabilities(logits)]

    def probabilities(self, logits: Tensor) -> Tensor:
        """Each label on its own where a text may bear several, else summing to 1."""
        return logits.float().sigmoid() if self.multi_label else logits.float().softmax(dim=-1)

    def process_batch(self, params: Mapping[str, Any], task: str) -> dict[str, Tensor]:
        """{"texts": str, "labels": str or list} -> input_ids (T), attention_mask (T), labels (an index, or 0/1 for each label)."""
        ids = torch.tensor(self.tokenise([params["texts"]], self.max_length).ids[0])
        row = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        return {**row, "labels": self.target(params["labels"])} if "labels" in params else row

    def target(self, label: Any) -> Tensor:
        """A label -> its index; with several labels per row -> 0/1 for each."""
        index = {name: place for place, name in enumerate(self.labels or [])}
        given = list(label) if self.multi_label else [label]
        if unknown := [name for name in given if name not in index]:
            raise StudioError(f"The label {unknown[0]!r} is not one of this model's.", f"It knows {', '.join(index) or 'none'}.")
        if not self.multi_label:
            return torch.tensor(index[label])
        return torch.zeros(len(index)).index_fill_(0, torch.tensor([index[name] for name in given], dtype=torch.long), 1.0)

    def collate(self, rows: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
        ids, mask = pad([row["input_ids"].tolist() for row in rows], self.pad_id)
        batch = {"input_ids": ids, "attention_mask": mask}
        return {**batch, "labels": torch.stack([row["labels"] for row in rows])} if "labels" in rows[0] else batch

    def training_step(self, batch: Mapping[str, Tensor]) -> Tensor:
        logits = self.logits(batch["input_ids"], batch["attention_mask"]).float()
        loss = nn.functional.binary_cross_entropy_with_logits if self.multi_label else nn.functional.cross_entropy
        return loss(logits, batch["labels"])
