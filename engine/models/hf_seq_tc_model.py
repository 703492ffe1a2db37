"""Any Hugging Face checkpoint for sequence classification: answers with its own labels, finetunes to others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from engine.errors import StudioError
from engine.models.building import building
from engine.models.cutting import Cutter, cutter_of
from engine.models.encoder import Tokens, longest_of, tokenise
from engine.models.head import ClassifierHead
from engine.models.text_classifier import TextClassifier


class HFSeqTCModel(TextClassifier):
    """A transformers classifier. Its last linear layer is taken out as the head; what is left gives the head's features."""

    def __init__(self, network: Any, tokeniser: Any, name: str = "hf-classifier", description: str = "",
                 tasks: Sequence[str] = ("text-classification",), details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks, details)
        path = _find_head(network)
        self.head: Any = network.get_submodule(path)
        self.network: Any = network
        network.set_submodule(path, nn.Identity())
        self.tokeniser = tokeniser
        self.pad_id = tokeniser.pad_token_id or 0
        self.max_length = min(self.max_length, longest_of(tokeniser, network))
        by_index = network.config.id2label
        self.labels = [by_index[index] for index in range(len(by_index))]
        self.multi_label = network.config.problem_type == "multi_label_classification"

    @classmethod
    @building()
    def from_folder(cls, folder: str | Path, **facts: Any) -> Self:
        """A Hugging Face checkpoint whose class ends in ForSequenceClassification."""
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        network = AutoModelForSequenceClassification.from_pretrained(str(folder), dtype=torch.float32, trust_remote_code=False)
        return cls(network, AutoTokenizer.from_pretrained(str(folder), trust_remote_code=False), **facts).eval()

    def text_classification(self, text: list[str], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        """Its own labels; `labels` is for models that have none."""
        return self.classify(text, top_k)

    # Finetuning

    @property
    def feature_size(self) -> int:
        return int(self.head.in_features)

    @property
    def depth(self) -> int:
        """Transformer blocks that can be cut between; 0 where the network cannot be cut."""
        return self.cutter.depth

    @property
    def cutter(self) -> Cutter:
        return cutter_of(self, self.network)

    def tokenise(self, texts: Sequence[str], max_length: int | None = None) -> Tokens:
        return tokenise(self.tokeniser, texts, min(max_length or self.max_length, longest_of(self.tokeniser, self.network)))

    def below(self, input_ids: Tensor, attention_mask: Tensor, cut: int) -> Tensor:
        """Hidden states (B, T, D) under the cut: what enters block `cut`, 0 to depth - 1."""
        return self.cutter.below(input_ids, attention_mask, cut)

    def above(self, hidden: Tensor, attention_mask: Tensor, cut: int) -> Tensor:
        """Hidden states under the cut -> logits (B, classes)."""
        return self.head(self.cutter.above(hidden, attention_mask, cut)[0])

    def features(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, T) -> (B, F): what the head works on."""
        return self.network(input_ids=input_ids, attention_mask=attention_mask)[0]

    def logits(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.head(self.features(input_ids, attention_mask))

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_cutter"}

    # Keeping

    def config(self) -> dict[str, Any]:
        own = isinstance(self.head, ClassifierHead)
        return {"head": self.head.config if own else None, "max_length": self.max_length}

    def write(self, folder: Path) -> None:
        """`network/` holds the Hugging Face config and tokeniser; the weights lie beside it."""
        from safetensors.torch import save_model

        self.network.config.save_pretrained(str(folder / "network"))
        self.tokeniser.save_pretrained(str(folder / "network"))
        save_model(self, str(folder / "model.safetensors"))

    @classmethod
    @building()
    def read(cls, folder: Path, config: dict[str, Any]) -> Self:
        from safetensors.torch import load_model
        from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

        own = str(folder / "network")
        network = AutoModelForSequenceClassification.from_config(AutoConfig.from_pretrained(own, trust_remote_code=False))
        model = cls(network, AutoTokenizer.from_pretrained(own, trust_remote_code=False))
        model.max_length = config.get("max_length") or model.max_length
        if config.get("head"):
            model.head = ClassifierHead(**config["head"])
        load_model(model, folder / "model.safetensors")
        return model.eval()


def _find_head(network: nn.Module) -> str:
    """The path of the last linear layer that gives one score per label."""
    count = network.config.num_labels
    found = [name for name, module in network.named_modules() if isinstance(module, nn.Linear) and module.out_features == count]
    if not found:
        raise StudioError(f"{type(network).__name__} has no linear layer that gives {count} scores.", "Choose another classifier.")
    return found[-1]
