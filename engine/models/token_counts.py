"""How many tokens a model makes of a text, counted by the model's own tokeniser alone: no weights, no torch."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from engine.models.catalogue import find

TokenCounter = Callable[[list[str]], list[int]]


def token_counter(name: str) -> TokenCounter | None:
    """A function from texts to their token counts, special tokens included; None where the model has no tokenizer.json at hand."""
    from engine.models.auto_model import saved_folder
    from engine.models.fetching import is_here, locate

    preset = find(name)
    if preset is not None and (not preset.source or not is_here(name)):
        return None  # counting must not start a download
    folder = locate(preset.source) if preset is not None else saved_folder(name) or Path(name)
    file = next(iter(sorted(folder.rglob("tokenizer.json"))), None) if folder.is_dir() else None
    return _counter(str(file)) if file is not None else None


@lru_cache(maxsize=4)
def _counter(file: str) -> TokenCounter:
    from tokenizers import Tokenizer

    tokeniser = Tokenizer.from_file(file)
    tokeniser.no_truncation()
    tokeniser.no_padding()
    return lambda texts: [len(encoding.ids) for encoding in tokeniser.encode_batch(texts)]
