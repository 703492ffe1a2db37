"""A text encoder: tokeniser, transformer and pooling, from a sentence-transformers folder or a plain Hugging Face one.

The common make (transformer, pooling, perhaps normalising) is loaded without the sentence-transformers package, whose import
alone takes longer than torch's; see `engine.models.foreign_encoder` for all others.
"""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from engine.errors import StudioError
from engine.models.building import building
from engine.models.cutting import Cutter, cutter_of
from engine.models.pooling import modes_of, pool
from engine.models.text import clean

MODULES = "sentence_transformers.models."
LONGEST = 512  # tokens; more only where a model says so itself
AT_ONCE = 1000  # texts
_ALONE = {"return_token_type_ids": False, "return_attention_mask": False}
_switching = threading.Lock()  # whether it cuts is a state of a tokeniser, which threads that answer with one model share


class Tokens(NamedTuple):
    """ids: token ids of each text, special tokens included; cut: how many texts were longer than allowed."""

    ids: list[list[int]]
    cut: int


def tokenise(tokeniser: Any, texts: Sequence[str], max_length: int) -> Tokens:
    """Tokenise without padding; texts longer than `max_length` tokens are cut, and counted."""
    ids: list[list[int]] = []
    cut = 0
    for start in range(0, len(texts), AT_ONCE):
        part = [clean(text) for text in texts[start:start + AT_ONCE]]
        with _switching:
            found = tokeniser(part, truncation=False, verbose=False, **_ALONE)["input_ids"]
            long = [index for index, sequence in enumerate(found) if len(sequence) > max_length]
            if long:
                short = tokeniser([part[index] for index in long], truncation=True, max_length=max_length, **_ALONE)["input_ids"]
                for index, sequence in zip(long, short, strict=True):
                    found[index] = sequence
        ids += found
        cut += len(long)
    return Tokens(ids, cut)


def longest_of(tokeniser: Any, backbone: nn.Module) -> int:
    """The tokens that both tokeniser and position embeddings allow."""
    positions = getattr(backbone.config, "max_position_embeddings", None) or LONGEST
    offset = getattr(backbone.config, "pad_token_id", 0) or 0
    if any(hasattr(module, "create_position_ids_from_input_ids") for module in backbone.modules()):
        positions -= offset + 1  # RoBERTa and its kin count positions from behind the padding id
    return int(min(positions, tokeniser.model_max_length))


class Encoder(nn.Module):
    """Texts -> token ids -> hidden states -> one vector each."""

    def __init__(self, backbone: nn.Module, tokeniser: Any, modes: tuple[str, ...] = ("mean",), normalise: bool = False,
                 max_length: int | None = None, lower: bool = False) -> None:
        super().__init__()
        self.backbone = backbone
        self.tokeniser = tokeniser
        self.modes = modes
        self.normalise = normalise
        self.lower = lower
        self.max_length = min(max_length or LONGEST, longest_of(tokeniser, backbone))
        self.pad_id = tokeniser.pad_token_id or 0
        self.width = int(backbone.config.hidden_size) * len(modes)

    @property
    def cutter(self) -> Cutter:
        """Cuts the backbone as it stands (adapters may have been put in)."""
        return cutter_of(self, self.backbone)

    def tokenise(self, texts: Sequence[str], max_length: int | None = None) -> Tokens:
        given = [text.lower() for text in texts] if self.lower else texts
        return tokenise(self.tokeniser, given, min(max_length or self.max_length, longest_of(self.tokeniser, self.backbone)))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, T) -> (B, width), as long as the model's makers want it (often 1)."""
        pooled = pool(self.backbone(input_ids=input_ids, attention_mask=attention_mask)[0], attention_mask, self.modes)
        return nn.functional.normalize(pooled, dim=-1) if self.normalise else pooled

    def pooled_above(self, hidden: Tensor, attention_mask: Tensor, cut: int) -> Tensor:
        """Hidden states under the cut -> (B, width), as `forward` gives them."""
        pooled = pool(self.cutter.above(hidden, attention_mask, cut)[0], attention_mask, self.modes)
        return nn.functional.normalize(pooled, dim=-1) if self.normalise else pooled

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_cutter"}

    # Folders

    @classmethod
    @building()
    def from_folder(cls, folder: Path) -> "Encoder":
        """Read a sentence-transformers folder of the common make, or a plain Hugging Face checkpoint (pooled by its mean)."""
        from transformers import AutoModel, AutoTokenizer

        parts = _parts(folder)
        if parts is None:
            raise StudioError(f"{folder} is not made of a transformer and a pooling alone.")
        source, modes, normalise = parts
        if not (source / "config.json").is_file():
            raise StudioError(f"{folder} holds no model: config.json is missing.", "Choose the folder with config.json and the weights.")
        own = _own_config(source)
        backbone = AutoModel.from_pretrained(str(source), dtype=torch.float32, trust_remote_code=False)
        tokeniser = AutoTokenizer.from_pretrained(str(source), trust_remote_code=False)
        return cls(backbone.eval(), tokeniser, modes, normalise, own.get("max_seq_length"), bool(own.get("do_lower_case")))

    def write(self, folder: Path) -> None:
        """Write a sentence-transformers folder (which other tools read as well)."""
        self.backbone.save_pretrained(str(folder))
        self.tokeniser.save_pretrained(str(folder))
        kinds = ["Transformer", "Pooling"] + ["Normalize"] * self.normalise
        modules: list[dict[str, Any]] = [
            {"idx": place, "name": str(place), "path": f"{place}_{kind}" if place else "", "type": MODULES + kind}
            for place, kind in enumerate(kinds)]
        _write_json(folder / "modules.json", modules)
        _write_json(folder / "sentence_bert_config.json", {"max_seq_length": self.max_length, "do_lower_case": self.lower})
        for module in modules[1:]:
            (folder / module["path"]).mkdir()
        old = {"cls": "cls_token", "mean": "mean_tokens", "max": "max_tokens"}
        switches = {f"pooling_mode_{old.get(mode, mode)}": True for mode in self.modes}
        off = {f"pooling_mode_{name}": False for name in ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens")}
        size = int(self.backbone.config.hidden_size)
        _write_json(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": size, **off, **switches})


def is_common_make(folder: Path) -> bool:
    """Whether `Encoder` can read this folder."""
    return _parts(folder) is not None


def _parts(folder: Path) -> tuple[Path, tuple[str, ...], bool] | None:
    """Where the transformer lies, the pooling, and whether vectors are normalised; None for any other make."""
    if not (folder / "modules.json").is_file():
        return folder, ("mean",), False
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
    prompt = _json(folder / "config_sentence_transformers.json").get("default_prompt_name")
    if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]) or prompt:
        return None
    source = folder / modules[0]["path"]
    pooling = _json(folder / modules[1]["path"] / "config.json")
    if _own_config(source).get("transformer_task", "feature-extraction") != "feature-extraction":
        return None
    try:
        return source, modes_of(pooling), len(kinds) == 3
    except StudioError:
        return None


def _own_config(folder: Path) -> dict[str, Any]:
    return next((_json(path) for path in sorted(folder.glob("sentence_*_config.json"))), {})


def _json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2), "utf-8")
