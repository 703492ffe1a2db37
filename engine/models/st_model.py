"""Sentence-transformers and plain encoders: vectors, zero-shot labels, and classifiers finetuned on top."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from engine.errors import StudioError
from engine.models.emotions import feeling
from engine.models.encoder import Encoder, Tokens, is_common_make
from engine.models.extractive import extract
from engine.models.head import ClassifierHead, Projection, read_tops, tops_config, write_tops
from engine.models.pooling import pool
from engine.models.ranking import ranked
from engine.models.text_classifier import TextClassifier
from engine.models.zero_shot import LabelCache, label_probabilities
from engine.tasks.answers import Answer


class STModel(TextClassifier):
    """A text encoder that vectorises, and sorts texts: with a `head` by its own labels, without one by any labels (zero-shot).

    Features for the head are the pooled last two layers side by side (the last alone where the encoder cannot be cut):
    the layer below the last knows things that the last has let go of.
    """

    def __init__(self, encoder: Any, name: str = "st-model", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks or ("text-vectorisation", "text-classification", "summarisation"), details)
        self.encoder: Any = encoder
        self.pad_id = encoder.pad_id
        self.head: ClassifierHead | None = None
        self.projection: Projection | None = None
        self.thresholds: dict[str, float] = {}
        self._labels_seen = LabelCache()

    @classmethod
    def from_folder(cls, folder: str | Path, asset: Path | None = None, **facts: Any) -> Self:
        """A sentence-transformers folder of any make, or a plain Hugging Face encoder. asset: the folder of a trained head."""
        model = cls(_encoder(Path(folder)), **facts)
        if asset is not None:
            model.take_head(asset)
        return model.eval()

    # Answers

    def text_vectorisation(self, text: list[str], return_tensor: bool = False) -> Any:
        """One vector per text; a tensor (N, width) if asked for."""
        vectors = self.vectors(text)
        return vectors if return_tensor else vectors.tolist()

    def text_classification(self, text: list[str], labels: Any = None, top_k: int = 0) -> list[dict[str, float]]:
        """Own labels where the model was finetuned; else zero-shot over `labels` (one list, or one for each text)."""
        if self.head is not None:
            return self.classify(text, top_k)
        each = [labels] * len(text) if not labels or isinstance(labels[0], str) else labels
        if not all(each):
            raise StudioError("There are no labels to choose from.", "Give some, or take a finetuned model.")
        scores = label_probabilities(self.vectors(text), each, self.vectors, self._labels_seen)
        return [ranked(own, row, top_k) for own, row in zip(each, scores, strict=True)]

    def emotion(self, text: list[str]) -> list[Answer]:
        """The most probable feeling of each text among the labels that the head was trained on; the details hold them all."""
        return [feeling(probabilities, self.thresholds) for probabilities in self.classify(text)]

    def summarisation(self, text: list[str]) -> list[Answer]:
        """The sentences that say most of each text, in its own words."""
        return extract(text, self.vectors)

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """(N, width) in fp32, on the CPU."""
        with torch.inference_mode():
            return self.projected(self.in_batches(_encoded, self.encoder.tokenise(texts).ids).to(self.device)).cpu()

    def projected(self, vectors: Tensor) -> Tensor:
        """Vectors of the encoder as finetuning turned them, if it did."""
        return vectors if self.projection is None or not len(vectors) else self.projection(vectors)

    def add_projection(self) -> None:
        """Give the model a projection of its vectors, which changes nothing yet but their length; one that is there stays."""
        if self.projection is None:
            self.projection = Projection(self.encoder.width).to(self.device)

    def train(self, mode: bool = True) -> Self:
        """Switch training on or off; vectors of labels may change with it."""
        if mode:
            self._labels_seen.clear()
        return super().train(mode)

    # Finetuning

    @property
    def depth(self) -> int:
        """Transformer blocks that can be cut between; 0 where the encoder cannot be cut."""
        return self.encoder.cutter.depth if isinstance(self.encoder, Encoder) else 0

    @property
    def feature_size(self) -> int:
        return self.encoder.width * (2 if self.depth > 1 else 1)

    @property
    def recipe(self) -> str:
        return f"{getattr(self.encoder, 'modes', '')} {getattr(self.encoder, 'normalise', '')}"

    def tokenise(self, texts: Sequence[str], max_length: int | None = None) -> Tokens:
        return self.encoder.tokenise(texts, max_length)

    def below(self, input_ids: Tensor, attention_mask: Tensor, cut: int) -> Tensor:
        """Hidden states (B, T, D) under the cut: what enters block `cut`, 0 to depth - 1."""
        return self.encoder.cutter.below(input_ids, attention_mask, cut)

    def pooled(self, hidden: Tensor, attention_mask: Tensor, cut: int) -> Tensor:
        """Hidden states under the cut -> features (B, F)."""
        cutter, depth, modes = self.encoder.cutter, self.depth, self.encoder.modes
        return torch.cat([pool(layer, attention_mask, modes) for layer in _last_two(cutter, hidden, attention_mask, cut, depth)], dim=-1)

    def above(self, hidden: Tensor, attention_mask: Tensor, cut: int) -> Tensor:
        """Hidden states under the cut -> logits (B, classes)."""
        return self._head()(self.pooled(hidden, attention_mask, cut))

    def features(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, T) -> (B, F): what the head works on."""
        if self.depth < 2:
            return self.encoder(input_ids, attention_mask)
        cut = self.depth - 1
        return self.pooled(self.below(input_ids, attention_mask, cut), attention_mask, cut)

    def logits(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self._head()(self.features(input_ids, attention_mask))

    def _head(self) -> nn.Module:
        if self.head is None:
            raise StudioError(f"{self.name} has not been finetuned yet.", "Call `pre_finetuning(labels=...)` first.")
        return self.head

    # Keeping

    @property
    def needs(self) -> tuple[str, ...]:
        return () if isinstance(self.encoder, Encoder) else ("sentence-transformers",)

    def config(self) -> dict[str, Any]:
        return {**tops_config(self), "max_length": self.max_length, "thresholds": self.thresholds}

    def write(self, folder: Path) -> None:
        """`encoder/` is a sentence-transformers folder; what finetuning put on top lies beside it."""
        (folder / "encoder").mkdir()
        self.encoder.write(folder / "encoder")
        write_tops(self, folder)

    def take_head(self, folder: Path) -> None:
        """Put on a head that comes with the project: head.json (labels, thresholds) and head.safetensors (fp16)."""
        from safetensors.torch import load_file

        facts = json.loads((folder / "head.json").read_text("utf-8"))
        self.labels, self.multi_label, self.thresholds = facts["labels"], facts["multi_label"], facts.get("thresholds", {})
        self.head = ClassifierHead(self.feature_size, len(self.labels), multi_label=self.multi_label)
        self.head.load_state_dict({key: value.float() for key, value in load_file(folder / "head.safetensors").items()})

    @classmethod
    def read(cls, folder: Path, config: dict[str, Any]) -> Self:
        model = cls.from_folder(folder / "encoder")
        model.max_length = config.get("max_length") or model.max_length
        model.thresholds = config.get("thresholds") or {}
        read_tops(model, folder, config)
        return model.eval()


def _encoded(model: STModel, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
    found: Tensor = model.encoder(input_ids, attention_mask)
    return found


def _encoder(folder: Path) -> nn.Module:
    if is_common_make(folder):
        return Encoder.from_folder(folder)
    from engine.models.foreign_encoder import ForeignEncoder

    return ForeignEncoder(folder)


def _last_two(cutter: Any, hidden: Tensor, mask: Tensor, cut: int, depth: int) -> list[Tensor]:
    """The outputs of the last two blocks (the last alone in an encoder of one block), from the states under the cut."""
    if depth < 2:
        return [cutter.above(hidden, mask, cut)[0]]
    before = cutter.between(hidden, mask, cut, depth - 1)
    return [before, cutter.above(before, mask, depth - 1)[0]]
