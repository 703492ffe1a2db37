from pathlib import Path

import pytest
import torch

from engine.inference.batching import pad
from engine.models.cutting import Cutter
from engine.models.hf_seq_tc_model import HFSeqTCModel
from engine.models.st_model import STModel
from tests import tiny

TEXTS = ["i am mad", "my product broke my product broke .", "green"]


def batch(model: STModel | HFSeqTCModel) -> tuple[torch.Tensor, torch.Tensor]:
    return pad(model.tokenise(TEXTS, 16).ids, model.pad_id)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_below_and_above_together_are_the_whole_encoder(family: str, tmp_path: Path) -> None:
    model = STModel.from_folder(tiny.encoder_folder(tmp_path / "model", family, layers=3))
    model.pre_finetuning(labels=["a", "b"])
    ids, mask = batch(model)
    assert model.depth == 3
    with torch.no_grad():
        whole = model.logits(ids, mask)
        for cut in range(model.depth):
            assert torch.allclose(model.above(model.below(ids, mask, cut), mask, cut), whole, atol=1e-5)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_below_gives_the_hidden_states_that_transformers_gives(family: str, tmp_path: Path) -> None:
    model = STModel.from_folder(tiny.encoder_folder(tmp_path / "model", family))
    ids, mask = batch(model)
    with torch.no_grad():
        states = model.encoder.backbone(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        real = mask[..., None]
        for cut in range(model.depth):
            assert torch.allclose(model.below(ids, mask, cut) * real, states[cut] * real, atol=1e-5)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_a_hugging_face_classifier_is_cut_exactly(family: str, tmp_path: Path) -> None:
    model = HFSeqTCModel.from_folder(tiny.classifier_folder(tmp_path / "model", family))
    ids, mask = batch(model)
    assert model.depth == 2
    with torch.no_grad():
        whole = model.logits(ids, mask)
        assert torch.allclose(model.head(model.features(ids, mask)), whole, atol=1e-5)
        for cut in range(model.depth):
            assert torch.allclose(model.above(model.below(ids, mask, cut), mask, cut), whole, atol=1e-5)


def test_the_embedded_model_is_cut_exactly() -> None:
    from engine.models.auto_model import AutoModel

    model = AutoModel.from_pretrained("minilm", device="cpu")
    model.pre_finetuning(labels=["a", "b"])
    ids, mask = batch(model)
    with torch.no_grad():
        whole = model.logits(ids, mask)
        for cut in range(model.depth):
            assert torch.allclose(model.above(model.below(ids, mask, cut), mask, cut), whole, atol=1e-5)


def test_training_the_part_above_trains_the_model_itself(tmp_path: Path) -> None:
    model = STModel.from_folder(tiny.encoder_folder(tmp_path / "model"))
    model.pre_finetuning(labels=["a", "b"])
    ids, mask = batch(model)
    model.above(model.below(ids, mask, 1).detach(), mask, 1).sum().backward()
    first, second = model.encoder.cutter.blocks
    assert all(parameter.grad is None for parameter in first.parameters())
    assert all(parameter.grad is not None for parameter in second.parameters())


def test_an_encoder_whose_blocks_share_weights_is_not_cut() -> None:
    from transformers import AutoModel

    model = AutoModel.from_config(tiny.config("albert", embedding_size=8))
    assert Cutter(model).depth == 0
