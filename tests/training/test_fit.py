"""Finetuning a real, tiny model by every method."""

import json

import pytest

from engine.errors import StudioError
from engine.training.events import Log, Point, Progress
from engine.training.results import Result
from engine.training.settings import Settings
from tests.training import tiny

TASK = "text-classification"
METHODS = ("head", "partial", "lora", "full")
QUICK = {"precision": "fp32", "learning_rate": 5e-3, "early_stopping_epochs": 0}


def settings(**values):
    return Settings(**{**QUICK, **values})


def fit(model, params, chosen, variant="single_label", **rest):
    from engine.training.fit import fit

    return fit(model, TASK, variant, params, chosen, **rest)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("variant", ["single_label", "multi_label"])
def test_every_method_learns(new_model, method, variant):
    model, several = new_model(), variant == "multi_label"
    result = fit(model, tiny.rows(several=several), settings(method=method, epochs=8, batch_size=8, label_smoothing=0.0), variant)
    losses = [epoch["train_loss"] for epoch in result.history]
    assert losses[-1] < losses[0]
    metric = "f1_micro" if several else "accuracy"
    assert result.evaluation.metric == metric
    assert result.metrics[metric] == pytest.approx(result.evaluation.value)
    assert result.evaluation.value > result.evaluation.baselines["majority"]
    low, high = result.evaluation.interval
    assert low <= result.evaluation.value <= high
    assert result.settings["method"] == method and not result.stopped
    assert model.labels == sorted(tiny.WORDS)


def test_the_trained_model_answers_as_it_was_measured(new_model):
    params, model = tiny.rows(), new_model()
    split = (list(range(60)), list(range(60, 90)))
    result = fit(model, params, settings(method="partial", epochs=5, validation_split=split))
    answers = model({"text": params["texts"][60:]}, TASK)
    right = [next(iter(answer)) == label for answer, label in zip(answers, params["labels"][60:], strict=True)]
    assert sum(right) / len(right) == pytest.approx(result.metrics["accuracy"], abs=0.04)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_weights_whether_features_were_cached_or_not(new_model, method):
    import torch

    states = []
    for _ in range(2):
        model = new_model()
        fit(model, tiny.rows(), settings(method=method, epochs=2))
        states.append(model.state_dict())
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_only_what_lies_above_the_cut_changes(new_model):
    import torch

    before, model = new_model().state_dict(), new_model()
    fit(model, tiny.rows(), settings(method="partial", epochs=2, cut=1))
    changed = {name for name, value in model.state_dict().items() if name in before and not torch.equal(value, before[name])}
    assert changed and all(".layer.1." in name for name in changed)


def test_the_head_alone_leaves_the_backbone_as_it_is(new_model):
    import torch

    before, model = new_model().state_dict(), new_model()
    fit(model, tiny.rows(), settings(method="head", epochs=2))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items() if name in before)


def test_the_best_weights_are_kept_not_the_last(new_model):
    """With a huge rate the later epochs are worse than the best one; what is left is the best one's loss."""
    result = fit(new_model(), tiny.rows(60), settings(method="full", epochs=8, learning_rate=0.3, warmup=0.9, gradient_clipping=0.0))
    scores = [epoch["val_loss"] for epoch in result.history]
    best = result.history[result.best_epoch - 1]
    assert best["val_loss"] == min(scores) and result.best_epoch < len(scores)
    assert result.metrics["accuracy"] == pytest.approx(best["accuracy"])


def test_early_stopping_ends_when_the_validation_loss_no_longer_falls(new_model):
    result = fit(new_model(), tiny.rows(60), settings(method="full", epochs=50, learning_rate=0.3, warmup=0.0, early_stopping_epochs=2))
    assert len(result.history) == result.best_epoch + 2 < 50
    assert not result.stopped


def test_without_validation_all_rows_are_trained_on(new_model):
    result = fit(new_model(), tiny.rows(), settings(method="head", epochs=2, validation_split=0))
    assert result.rows["train"] == 90 and result.rows["validation"] == 0
    assert result.evaluation is None and result.metrics == {} and result.best_epoch is None
    assert len(result.history) == 2


def test_texts_that_were_cut_are_counted(new_model):
    params = tiny.rows(30)
    params["texts"][3] = params["texts"][4] = "cat " * 20
    assert fit(new_model(), params, settings(method="head", epochs=1, max_length=12)).rows["cut"] == 2


def test_rare_classes_can_count_as_much_as_frequent_ones(new_model):
    params = tiny.rows(90)
    keep = [row for row in range(90) if params["labels"][row] != "tools" or row < 20]
    params = {key: [values[row] for row in keep] for key, values in params.items()}
    result = fit(new_model(), params, settings(method="head", epochs=5, class_weights=True))
    assert result.settings["class_weights"] and result.metrics["f1_macro"] > 0


def test_events_tell_what_happens(new_model):
    events = []
    fit(new_model(), tiny.rows(), settings(method="partial", epochs=3, batch_size=8), report=events.append)
    curves = {event.curve for event in events if isinstance(event, Point)}
    assert curves == {"train_loss", "val_loss", "accuracy"}
    assert any(isinstance(event, Log) for event in events)
    last = [event for event in events if isinstance(event, Progress) and event.phase == "training"][-1]
    assert (last.epoch, last.epochs, last.done) == (3, 3, last.total)
    steps = [event.step for event in events if isinstance(event, Point) and event.curve == "train_loss"]
    assert steps == sorted(set(steps))


def test_a_result_survives_json(new_model):
    result = fit(new_model(), tiny.rows(), settings(method="head", epochs=2))
    again = Result.from_dict(json.loads(json.dumps(result.to_dict())))
    assert again.to_dict() == json.loads(json.dumps(result.to_dict())) | {"evaluation": again.to_dict()["evaluation"]}
    assert again.evaluation == result.evaluation


def test_batches_are_found_and_gradients_added_up(new_model):
    found = fit(new_model(), tiny.rows(), settings(method="full", epochs=1))
    assert found.settings["batch_size"] == 32
    added = fit(new_model(), tiny.rows(), settings(method="full", epochs=1, batch_size=4, optimal_batch_size=16))
    assert added.history[-1]["step"] == -(-added.rows["train"] // 16)


def test_auto_says_why(new_model):
    result = fit(new_model(), tiny.rows(), settings(epochs=1))
    assert result.settings["method"] in METHODS and result.notes


def test_a_finetuned_model_can_be_finetuned_again_with_other_labels(new_model):
    model, params = new_model(), tiny.rows()
    fit(model, params, settings(method="head", epochs=1))
    renamed = {"texts": params["texts"], "labels": ["x" if label == "food" else "y" for label in params["labels"]]}
    fit(model, renamed, settings(method="full", epochs=1))
    assert model.labels == ["x", "y"]


def test_threads_are_given_back(new_model):
    import torch

    before = torch.get_num_threads()
    fit(new_model(), tiny.rows(30), settings(method="head", epochs=1), threads=before + 1)
    assert torch.get_num_threads() == before


def test_torchs_random_numbers_go_on_as_if_nothing_had_been_trained(new_model):
    import torch

    torch.manual_seed(3)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    fit(new_model(), tiny.rows(30), settings(method="head", epochs=1))
    assert torch.rand(1) == wanted


@pytest.mark.parametrize(("params", "said"), [
    ({"texts": ["a"], "labels": ["b"]}, "1 row"),
    ({"texts": [], "labels": []}, "no rows"),
    ({"texts": ["a", "b"], "labels": ["c", "c"]}, "same label"),
    ({"texts": ["a", None], "labels": ["c", "d"]}, "no text"),
    ({"texts": ["a", "b"], "labels": ["c", None]}, "no label"),
    ({"texts": ["a", "b"], "labels": [["c"], ["d"]]}, "several labels"),
    ({"texts": [f"text {row}" for row in range(200)], "labels": [str(row) for row in range(200)]}, "different labels"),
])
def test_rows_that_nothing_can_be_learnt_from_are_refused(new_model, params, said):
    with pytest.raises(StudioError, match=said) as caught:
        fit(new_model(), params, settings(method="head"))
    assert caught.value.hint


def test_a_split_that_names_rows_that_are_not_there_is_refused(new_model):
    with pytest.raises(StudioError, match="row 99"):
        fit(new_model(), tiny.rows(30), settings(validation_split=([0, 1, 2], [99])))


def test_a_cut_above_the_model_is_refused(new_model):
    with pytest.raises(StudioError, match="2 layers"):
        fit(new_model(), tiny.rows(30), settings(method="partial", cut=9))


def test_a_split_may_be_given_as_numpy_arrays(new_model):
    import numpy as np

    rows = tiny.rows()
    count = len(rows["texts"])
    split = (np.arange(count // 2), np.arange(count // 2, count))
    result = fit(new_model(), rows, settings(method="head", epochs=1, validation_split=split))
    assert result.rows["validation"] == count - count // 2
    json.dumps(result.to_dict())


def test_too_few_different_rows_are_trained_on_and_said_to_be_unmeasured(new_model):
    result = fit(new_model(), {"texts": ["cat", "dog"] * 4, "labels": ["a", "b"] * 4}, settings(method="head", epochs=1))
    assert result.metrics == {} and "nothing was measured" in result.notes[-1]


def test_a_model_without_a_head_is_refused_in_words():
    from engine.models.base import BaseModel

    with pytest.raises(StudioError, match="cannot be finetuned"):
        fit(BaseModel(name="plain", tasks=[TASK]), {"texts": ["a", "b"], "labels": ["x", "y"]}, settings(method="head"))
