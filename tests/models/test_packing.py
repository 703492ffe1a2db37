"""Blocks laid out for bf16 give what the model gives."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.models import packed_attention, packing
from engine.models.hf_seq_tc_model import HFSeqTCModel
from engine.models.st_model import STModel
from tests import tiny

TEXTS = ["I am mad", "my product broke", "nature is green . nature is green ."]

needs_products = pytest.mark.skipif(not hasattr(torch.ops.mkldnn, "_linear_pointwise"), reason="this build of torch has no such products")


@pytest.fixture(autouse=True)
def bf16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_PRECISION", "bf16")


def encoder(folder: Path, family: str) -> Any:
    return STModel.from_folder(tiny.sentence_folder(folder, family))


@needs_products
@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert", "mpnet"])
def test_a_packed_encoder_gives_the_same_vectors(family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = encoder(tmp_path, family)
    found = model.vectors(TEXTS)
    assert packing._kept[model][1] is not None, "this family can be packed"
    monkeypatch.setenv("STUDIO_PRECISION", "fp32")
    assert (torch.nn.functional.cosine_similarity(found, model.vectors(TEXTS)) > 0.999).all()
    assert not any(isinstance(module, packing._Block) for module in model.modules()), "the model itself stays as it was"


def both_ways() -> torch.nn.Module:
    """As an encoder's attention says of itself; transformers takes others for causal."""
    module = torch.nn.Module()
    module.is_causal = False
    return module


@pytest.mark.parametrize(("length", "padded"), [(7, 3), (32, 5), (70, 0), (600, 100)])
def test_attention_as_whole_products_is_that_of_torch(length: int, padded: int) -> None:
    chance = torch.Generator().manual_seed(length)
    parts = [torch.randn(3, length, 4, 8, generator=chance).transpose(1, 2) for _ in range(3)]
    mask = torch.ones(3, 1, length, length, dtype=torch.bool)
    mask[1, :, :, length - padded:] = False
    for given in (mask, None, torch.where(mask, 0.0, -1e9)):
        found, _ = packed_attention.attention(both_ways(), *parts, given, scaling=0.3)
        wanted = torch.nn.functional.scaled_dot_product_attention(*parts, attn_mask=given, scale=0.3).transpose(1, 2)
        assert found.shape == (3, length, 4, 8) and torch.allclose(found, wanted, atol=1e-5)


def test_attention_of_another_kind_is_left_to_torch() -> None:
    query, key = torch.randn(2, 4, 6, 8), torch.randn(2, 2, 6, 8)
    found, _ = packed_attention.attention(torch.nn.Module(), query, query, query, None)
    wanted = torch.nn.functional.scaled_dot_product_attention(query, query, query, is_causal=True)
    assert torch.allclose(found.transpose(1, 2), wanted, atol=1e-5)
    shared = both_ways()
    shared.num_key_value_groups = 2
    wide = key.repeat_interleave(2, dim=1)
    assert torch.allclose(packed_attention.attention(shared, query, key, key, None)[0],
                          packed_attention.attention(both_ways(), query, wide, wide, None)[0], atol=1e-5)


@needs_products
def test_a_packed_classifier_answers_as_before_and_is_packed_anew_when_it_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = HFSeqTCModel.from_folder(tiny.classifier_folder(tmp_path))
    before = model.classify(TEXTS)
    kept = packing._kept[model][1]
    assert kept is not None and model.classify(TEXTS) == before and packing._kept[model][1] is kept
    with torch.no_grad():
        for weight in model.network.parameters():
            weight += 0.3 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(1))
    after = model.classify(TEXTS)
    assert packing._kept[model][1] is not kept and after != before
    monkeypatch.setenv("STUDIO_PRECISION", "fp32")
    assert [next(iter(answer)) for answer in model.classify(TEXTS)] == [next(iter(answer)) for answer in after]


@needs_products
def test_a_change_of_biases_alone_is_seen_and_a_weight_that_is_no_number_does_not_pack_each_time(tmp_path: Path) -> None:
    model = encoder(tmp_path, "bert")
    before = model.vectors(TEXTS)
    kept = packing._kept[model][1]
    biases = [weight for name, weight in model.named_parameters() if name.endswith("bias")]
    for bias in biases:
        bias.data[1:] += torch.randn(len(bias) - 1, generator=torch.Generator().manual_seed(2))
    assert not torch.allclose(model.vectors(TEXTS), before, atol=0.1) and packing._kept[model][1] is not kept
    biases[0].data[0] = torch.nan
    model.vectors(TEXTS)
    kept = packing._kept[model]
    model.vectors(TEXTS)
    assert packing._kept[model] is kept


@needs_products
def test_what_is_packed_goes_with_its_model_and_stays_out_of_copies(tmp_path: Path) -> None:
    model = encoder(tmp_path, "bert")
    model.vectors(TEXTS)
    twin = copy.deepcopy(model)
    assert twin not in packing._kept and torch.allclose(twin.vectors(TEXTS), model.vectors(TEXTS))
    count = len(packing._kept)
    del model, twin
    assert len(packing._kept) == count - 2


def test_a_model_that_learns_and_one_in_fp32_are_not_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = encoder(tmp_path, "bert")
    assert packing.packed(model.train(), STModel.features) is model
    monkeypatch.setenv("STUDIO_PRECISION", "fp32")
    assert packing.packed(model.eval(), STModel.features) is model


def test_a_family_that_is_built_otherwise_answers_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = encoder(tmp_path, "bert")
    before = model.vectors(TEXTS)

    def broken(self: Any, values: Any) -> Any:
        raise RuntimeError("no such product")

    monkeypatch.setattr(packing._Product, "forward", broken)
    other = encoder(tmp_path / "again", "bert")
    found = other.vectors(TEXTS)
    assert packing._kept[other][1] is None and found.shape == before.shape
