"""Stopping on request, and trainings that go wrong."""

import pytest

from engine.errors import Stopped, StudioError
from engine.training.events import Point, Progress
from engine.training.settings import Settings
from tests.training import tiny

TASK = "text-classification"


def fit(model, chosen, **rest):
    from engine.training.fit import fit

    return fit(model, TASK, "single_label", tiny.rows(), chosen, **rest)


def test_stopped_before_the_first_step_nothing_is_left_to_keep(new_model):
    with pytest.raises(StudioError, match="before anything was learned") as caught:
        fit(new_model(), Settings(method="head"), should_stop=lambda: True)
    assert isinstance(caught.value, Stopped)


def test_stopped_while_features_are_computed(new_model):
    seen = []
    with pytest.raises(Stopped):
        fit(new_model(), Settings(method="partial"), report=seen.append,
            should_stop=lambda: any(isinstance(event, Progress) and event.phase == "features" for event in seen))


def test_stopped_early_the_model_is_as_it_was(new_model):
    import torch

    model, before = new_model(), new_model().state_dict()
    with pytest.raises(Stopped):
        fit(model, Settings(method="lora"), should_stop=lambda: True)
    assert model.labels is None and model.head is None
    assert model.state_dict().keys() == before.keys()
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("method", ["head", "partial", "lora", "full"])
def test_stopped_in_the_middle_the_best_weights_stay(new_model, method):
    seen, model = [], new_model()
    result = fit(model, Settings(method=method, epochs=50, batch_size=8, early_stopping_epochs=0, precision="fp32"), report=seen.append,
                 should_stop=lambda: sum(isinstance(event, Point) and event.curve == "val_loss" for event in seen) >= 3)
    assert result.stopped and len(result.history) == 3
    assert result.metrics["accuracy"] == pytest.approx(result.history[result.best_epoch - 1]["accuracy"])
    assert model({"text": "cat dog"}, TASK)


def test_stopped_within_the_first_epoch_the_weights_so_far_stay(new_model):
    seen = []
    result = fit(new_model(), Settings(method="full", epochs=5, batch_size=4), report=seen.append,
                 should_stop=lambda: any(isinstance(event, Point) for event in seen))
    assert result.stopped and result.evaluation is not None


def test_a_loss_that_is_no_number_ends_the_training_with_a_hint(new_model):
    model = new_model()
    with pytest.raises(StudioError, match="loss became") as caught:
        fit(model, Settings(method="full", epochs=5, precision="fp32"), step=lambda batch: model.head.linear.weight.sum() * float("nan"))
    assert "learning rate" in caught.value.hint
    assert model.labels is None and model.head is None


def test_a_failed_training_leaves_the_finetuned_model_as_it_was(new_model):
    import torch

    model = new_model()
    fit(model, Settings(method="full", epochs=1, precision="fp32"))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(StudioError):
        fit(model, Settings(method="full", epochs=2, precision="fp32"),
            step=lambda batch, index: model.head.linear.weight.sum() / (1 - index))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
