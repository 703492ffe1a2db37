"""Models that write: streams, stops, batches, and what somebody else's class gets."""

from pathlib import Path
from typing import Any

import pytest

import engine
from engine.errors import StudioError
from engine.models.hf_causal_lm_tg_model import HFCausalLMTGModel
from engine.models.hf_seq2seq_tg_model import HFSeq2SeqTGModel
from tests import tiny

TEXTS = ["I am mad", "my product broke", "nature is green . nature is green ."]

pytestmark = pytest.mark.usefixtures("exactly")


@pytest.fixture(params=[(HFCausalLMTGModel, tiny.causal_folder), (HFSeq2SeqTGModel, tiny.seq2seq_folder)], ids=["causal", "seq2seq"])
def task(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    family, build = request.param
    return engine.TextGeneration(family.from_folder(build(tmp_path / "model")))


def test_the_pieces_of_a_stream_are_the_answer(task: Any) -> None:
    pieces = list(task.stream({"text": TEXTS[0]}, max_length=12))
    assert "".join(pieces).split() == task(TEXTS[0], max_length=12).split()


def test_a_closed_stream_stops_the_work(task: Any) -> None:
    pieces = task.stream({"text": TEXTS[0]}, max_length=300, min_length=300)
    next(pieces)
    pieces.close()  # returns once the thread has ended; 300 tokens would have come
    assert list(pieces) == []


def test_beams_and_variants_come_whole_and_in_number(task: Any) -> None:
    found = task(TEXTS, max_length=6, num_beams=3, num_generations=2)
    assert [len(own) for own in found] == [2, 2, 2]
    assert len(list(task.stream({"text": TEXTS[0]}, max_length=6, num_beams=3))) == 1
    assert len(task(TEXTS[0], max_length=6, do_sample=True, num_generations=4)) == 4


def test_lengths_count_what_is_written(task: Any) -> None:
    tokeniser = task.model.tokeniser
    for text in task(TEXTS, max_length=5, min_length=5, repetition_penalty=1.0):
        assert len(tokeniser(text)["input_ids"]) <= 5


def test_a_class_of_somebody_s_own_writes_with_all_options(tmp_path: Path) -> None:
    model = engine.HFTextGenerationModel(str(tiny.causal_folder(tmp_path / "model")), name="my-writer")
    assert len(engine.TextGeneration(model)(TEXTS, max_length=4)) == 3
    with pytest.raises(StudioError, match="num_beams"):
        engine.TextGeneration(model)(TEXTS[0], num_beams=0)
