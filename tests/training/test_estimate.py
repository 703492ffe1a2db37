"""The estimate before the start."""

import pytest

from engine.training.settings import Settings
from tests.training import tiny


@pytest.mark.parametrize("method", ["auto", "head", "partial", "lora", "full"])
def test_an_estimate_says_what_and_leaves_the_model_alone(new_model, method):
    import torch

    from engine.training.estimate import estimate

    model, before = new_model(), new_model().state_dict()
    told = estimate(model, "text-classification", "single_label", tiny.rows(), Settings(method=method))
    assert 0 < told.seconds_low <= told.seconds <= told.seconds_high
    assert told.memory_bytes > 4 * model.num_parameters() and told.rows == 90 and told.classes == 3 and told.steps > 0
    assert (told.method == method) is (method != "auto") and bool(told.why) is (method == "auto")
    assert model.head is None and model.labels is None
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
