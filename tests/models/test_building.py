"""Models that are read at the same time by several threads, as a page and a training do."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.models.hf_causal_lm_tg_model import HFCausalLMTGModel
from engine.models.hf_qa_model import HFQAModel
from engine.models.hf_seq2seq_tg_model import HFSeq2SeqTGModel
from tests import tiny

pytestmark = pytest.mark.usefixtures("exactly")


def test_several_threads_read_models_at_once_and_all_have_their_weights(tmp_path: Path) -> None:
    kinds = [(HFCausalLMTGModel, tiny.causal_folder(tmp_path / "causal")), (HFSeq2SeqTGModel, tiny.seq2seq_folder(tmp_path / "seq2seq")),
             (HFQAModel, tiny.question_folder(tmp_path / "question"))]
    with ThreadPoolExecutor(8) as pool:
        models = [read.result() for read in [pool.submit(family.from_folder, folder) for family, folder in kinds * 12]]
    assert not [name for model in models for name, weight in model.named_parameters() if weight.is_meta]
    first = models[0].state_dict()
    for model in models[3::3]:
        assert all((weight == first[name]).all() for name, weight in model.state_dict().items())
