"""Token counts without the model."""

import subprocess
import sys

from engine.models.auto_model import AutoModel
from engine.models.token_counts import token_counter

TEXTS = ["short", "I still have not received my new card, I ordered over a week ago.", "word " * 400, ""]


def test_the_counter_counts_as_the_model_tokenises() -> None:
    counter = token_counter("minilm")
    assert counter is not None
    ids = AutoModel.from_pretrained("minilm").tokenise(TEXTS, 512).ids
    assert counter(TEXTS) == [len(sequence) for sequence in ids]


def test_an_unknown_name_has_no_counter() -> None:
    assert token_counter("no-such-model-anywhere") is None


def test_counting_loads_no_torch() -> None:
    code = ("import sys; from engine.models.token_counts import token_counter; "
            "token_counter('minilm')(['a']); assert 'torch' not in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True)
