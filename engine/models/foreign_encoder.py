"""Sentence-transformers of an uncommon make (dense layers, word vectors, prompts), read by that package itself."""

from collections.abc import Sequence
from pathlib import Path

from torch import Tensor, nn

from engine.models.building import building
from engine.models.encoder import LONGEST, Tokens, tokenise


class ForeignEncoder(nn.Module):
    """Has the face of `Encoder`, but cannot be cut."""

    normalise = False

    @building()
    def __init__(self, folder: Path) -> None:
        super().__init__()
        from sentence_transformers import SentenceTransformer

        self.backbone = SentenceTransformer(str(folder), device="cpu").eval()
        self.tokeniser = self.backbone.tokenizer
        self.max_length = int(self.backbone.max_seq_length or LONGEST)
        self.pad_id = self.tokeniser.pad_token_id or 0
        self.width = int(self.backbone.get_embedding_dimension())
        self.prefix = self.backbone.prompts.get(self.backbone.default_prompt_name or "", "")

    def tokenise(self, texts: Sequence[str], max_length: int | None = None) -> Tokens:
        return tokenise(self.tokeniser, [self.prefix + text for text in texts], min(max_length or self.max_length, self.max_length))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.backbone({"input_ids": input_ids, "attention_mask": attention_mask})["sentence_embedding"].float()

    def write(self, folder: Path) -> None:
        self.backbone.save(str(folder), create_model_card=False)
