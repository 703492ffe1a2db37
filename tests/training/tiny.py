"""A text encoder of two layers and a few words, untrained, and rows whose words give their labels away."""

from pathlib import Path
from typing import Any

import numpy as np

WORDS = {"animals": "cat dog horse bird", "food": "bread soup cheese apple", "tools": "hammer saw nail drill"}
FILLERS = "the a my this is was very near with and"


def encoder(folder: Path, layers: int = 2, width: int = 16) -> Any:
    """A model of the studio's own class, built here and now."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    from engine.models.st_model import STModel

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *FILLERS.split(), *(word for group in WORDS.values() for word in group.split())]
    folder.mkdir(parents=True, exist_ok=True)
    BertTokenizerFast(vocab={word: place for place, word in enumerate(words)}, do_lower_case=True).save_pretrained(str(folder))
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(words), hidden_size=width, num_hidden_layers=layers, num_attention_heads=2,
                        intermediate_size=width * 2, max_position_embeddings=64)
    BertModel(config).save_pretrained(str(folder))
    return STModel.from_folder(folder, name="tiny")


def rows(count: int = 90, several: bool = False, seed: int = 0) -> dict[str, list[Any]]:
    """Params; with `several` a text may bear any number of labels, also none."""
    random = np.random.default_rng(seed)
    names = list(WORDS)
    texts, labels = [], []
    for number in range(count):
        chosen = [name for name in names if random.random() < 0.4] if several else [names[number % 3]]
        words = [random.choice(WORDS[name].split()) for name in chosen for _ in range(2)]
        words += list(random.choice(FILLERS.split(), size=int(random.integers(1, 6))))
        random.shuffle(words)
        texts.append(" ".join(words))
        labels.append(chosen if several else chosen[0])
    return {"texts": texts, "labels": labels}
