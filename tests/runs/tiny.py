"""A text encoder of some thousand weights, made here and now, and rows to train it on. Nothing is downloaded."""

from pathlib import Path
from typing import Any

TOPICS = {"delivery": "parcel late arrived courier shipped tracking", "refund": "money back refund return paid charged",
          "praise": "great thanks lovely friendly happy perfect"}
FILLERS = "my the order was is and so very again today please help with".split()


def params(rows: int = 48) -> dict[str, list[Any]]:
    """Texts whose words give their label away."""
    texts, labels = [], []
    for number in range(rows):
        label = list(TOPICS)[number % len(TOPICS)]
        words = TOPICS[label].split()
        texts.append(f"{FILLERS[number % 11]} {words[number % 6]} {FILLERS[number % 7]} {words[number % 5]} {number}")
        labels.append(label)
    return {"texts": texts, "labels": labels}


def split(rows: int = 48) -> tuple[list[int], list[int]]:
    """Every fourth row is for validation."""
    return [row for row in range(rows) if row // 3 % 4], [row for row in range(rows) if not row // 3 % 4]


def write_encoder(folder: Path, width: int = 32) -> str:
    """A BERT of two layers as a plain checkpoint; its path, to be given as a model."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(parents=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *FILLERS, *(word for topic in TOPICS.values() for word in topic.split()),
             *"0123456789", *(f"##{digit}" for digit in "0123456789")]
    vocabulary = {word: place for place, word in enumerate(words)}
    BertTokenizerFast(vocab=vocabulary, do_lower_case=True).save_pretrained(str(folder))
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(words), hidden_size=width, num_hidden_layers=2, num_attention_heads=2, intermediate_size=width * 2,
                        max_position_embeddings=64)
    BertModel(config).save_pretrained(str(folder))
    return str(folder)
