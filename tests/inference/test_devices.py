import pytest
import torch

from engine.errors import StudioError
from engine.inference.devices import autocast, dtype_for, pick_device


def test_a_device_that_is_not_there_is_refused_naming_those_that_are() -> None:
    with pytest.raises(StudioError, match="'tpu'.*cpu"):
        pick_device("tpu")


def test_the_processor_is_always_there() -> None:
    assert pick_device("cpu") == "cpu" and pick_device() in ("cpu", "cuda", "mps")


def test_precision_can_be_switched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_PRECISION", "fp32")
    assert dtype_for("cpu") == torch.float32
    assert dtype_for("cpu", "bf16") == torch.bfloat16
    monkeypatch.setenv("STUDIO_PRECISION", "fp7")
    with pytest.raises(StudioError, match="'fp7'"):
        dtype_for("cpu")


def test_half_precision_vectors_are_nearly_the_exact_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.models.auto_model import AutoModel

    model = AutoModel.from_pretrained("minilm", device="cpu")
    texts = ["I want my money back", "The bank raised its interest rate by half a percent", "Hi"]
    vectors = {}
    for precision in ("fp32", "bf16"):
        monkeypatch.setenv("STUDIO_PRECISION", precision)
        vectors[precision] = model.vectors(texts)
    assert (vectors["fp32"] * vectors["bf16"]).sum(-1).min() > 0.999


def test_exact_answers_need_no_context() -> None:
    with autocast("cpu", "fp32"):
        assert not torch.is_autocast_enabled("cpu")
