"""Zero-shot labels by entailment (Yin et al., arXiv 1909.00161): does the text imply "This text is about {label}."?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from engine.errors import StudioError
from engine.inference.batching import in_batches, pad
from engine.inference.devices import autocast
from engine.models.building import building
from engine.models.checkpoint import CheckpointModel
from engine.models.encoder import longest_of
from engine.models.ranking import ranked
from engine.models.text import clean

HYPOTHESIS = "This text is about {}."


class HFNLIModel(CheckpointModel):
    """A classifier of premise and hypothesis. Each label is judged for itself: entailment against contradiction."""

    def __init__(self, network: Any, tokeniser: Any, name: str = "nli-model", description: str = "",
                 tasks: Sequence[str] = ("text-classification",), details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks, details)
        self.network: Any = network
        self.tokeniser = tokeniser
        places = {label.lower(): place for place, label in network.config.id2label.items()}
        if not {"entailment", "contradiction"} <= set(places):
            raise StudioError(f"{name} does not tell entailment from contradiction.",
                              "Choose a model that was trained on NLI, such as bart-large-mnli.")
        self.sides = [places["contradiction"], places["entailment"]]

    @classmethod
    @building()
    def from_folder(cls, folder: str | Path, **facts: Any) -> Self:
        """A Hugging Face checkpoint for sequence classification with the labels of NLI."""
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        network = AutoModelForSequenceClassification.from_pretrained(str(folder), dtype=torch.float32, trust_remote_code=False)
        return cls(network, AutoTokenizer.from_pretrained(str(folder), trust_remote_code=False), **facts).eval()

    def text_classification(self, text: list[str], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        """How probable each label is for each text. labels: one list, or one for each text."""
        each = [labels] * len(text) if not labels or isinstance(labels[0], str) else labels
        if not all(each):
            raise StudioError("There are no labels to choose from.", "Give some, or take a finetuned model.")
        pairs = [(clean(one), HYPOTHESIS.format(label.replace("_", " "))) for one, own in zip(text, each, strict=True) for label in own]
        shares = self._entailed(list(dict.fromkeys(pairs)))
        answers, first = [], 0
        for own in each:
            answers.append(ranked(own, torch.tensor([shares[pair] for pair in pairs[first:first + len(own)]]), top_k))
            first += len(own)
        return answers

    def _entailed(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
        """The probability that each premise implies its hypothesis."""
        longest = longest_of(self.tokeniser, self.network)
        coded = self.tokeniser([first for first, _ in pairs], [second for _, second in pairs], truncation="only_first", max_length=longest)
        kinds = coded.get("token_type_ids")

        def entailed(batch: list[int]) -> list[float]:
            ids, mask = pad([coded["input_ids"][index] for index in batch], self.tokeniser.pad_token_id or 0)
            more = {"token_type_ids": pad([kinds[index] for index in batch])[0].to(self.device)} if kinds else {}
            with torch.inference_mode(), autocast(self.device):
                logits: Tensor = self.network(input_ids=ids.to(self.device), attention_mask=mask.to(self.device), **more).logits
                return logits[:, self.sides].float().softmax(dim=-1)[:, 1].tolist()

        return dict(zip(pairs, in_batches(entailed, [len(ids) for ids in coded["input_ids"]], self.device), strict=True))
