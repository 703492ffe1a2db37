"""The search for settings: trials on the same rows, the best kept."""

import pytest

from engine import Settings, TextClassification
from engine.errors import StudioError
from engine.training.events import Point, Progress
from tests.harness import close
from tests.training import tiny


def test_the_best_trial_is_kept(new_model):
    told = []
    task = TextClassification(new_model())
    result = task.finetune(tiny.rows(120), method="head", epochs=4, trials=6, validation_split=0.3, report=told.append)
    assert len(result.trials) == 6 and [trial["trial"] for trial in result.trials] == [1, 2, 3, 4, 5, 6]
    best = max(trial["value"] for trial in result.trials)
    assert result.metrics["accuracy"] == pytest.approx(best, abs=1e-6)
    kept = next(trial for trial in result.trials if trial["value"] == best)
    assert result.settings["learning_rate"] == pytest.approx(kept["learning_rate"])
    assert sum(isinstance(event, Point) and event.curve == "trial" for event in told) == 6
    assert any(isinstance(event, Progress) and event.phase == "searching" for event in told)
    curve = [event.value for event in told if isinstance(event, Point) and event.curve == "val_loss"]
    assert curve == [epoch["val_loss"] for epoch in result.history]  # of the trial that is kept, and of no other
    assert len({trial["learning_rate"] for trial in result.trials}) == 6


def test_the_first_trial_takes_the_methods_own_settings(new_model):
    alone = TextClassification(new_model()).finetune(tiny.rows(60), method="partial", epochs=2, validation_split=0.3)
    searched = TextClassification(new_model()).finetune(tiny.rows(60), method="partial", epochs=2, trials=1, validation_split=0.3)
    assert searched.metrics == pytest.approx(alone.metrics, abs=1e-6)


def test_the_same_seed_tries_the_same(new_model):
    first, second = (TextClassification(new_model()).finetune(tiny.rows(60), method="head", epochs=2, trials=3, validation_split=0.3)
                     for _ in range(2))
    assert first.trials == second.trials


def test_a_search_that_is_stopped_keeps_the_best_so_far(new_model):
    seen = []
    task = TextClassification(new_model())
    result = task.finetune(tiny.rows(60), method="head", epochs=2, trials=50, validation_split=0.3, report=seen.append,
                           should_stop=lambda: sum(isinstance(event, Point) and event.curve == "trial" for event in seen) >= 2)
    assert 2 <= len(result.trials) < 50 and result.metrics


@pytest.mark.usefixtures("exactly")
@pytest.mark.parametrize(("method", "sizes"), [("head", "hidden"), ("lora", "rank"), ("partial", "hidden")])
def test_heads_and_adapters_of_other_sizes_are_tried_and_the_best_is_kept(new_model, tmp_path, method, sizes):
    import engine

    task = TextClassification(new_model())
    result = task.finetune(tiny.rows(60), method=method, epochs=2, trials=8, validation_split=0.3, rank=4 if method == "lora" else None)
    assert len({trial[sizes] for trial in result.trials}) > 1
    best = max(trial["value"] for trial in result.trials)
    assert result.metrics["accuracy"] == pytest.approx(best, abs=1e-6)
    kept = next(trial for trial in result.trials if trial["value"] == best)
    assert result.settings[sizes] == kept[sizes] and task.model.head.hidden == kept["hidden"]
    asked = ["the cat is near my bread", "hammer and nail"]
    engine.save(task.model, path=tmp_path / "model")
    assert close(TextClassification(str(tmp_path / "model"))(asked), task(asked))
    if method == "lora":
        again = engine.load_lora(TextClassification(new_model()), engine.save_lora(task, tmp_path / "adapters"))
        assert again(asked)[0] == pytest.approx(task(asked)[0], abs=1e-5)


def test_a_search_that_fails_with_another_size_leaves_the_model_as_it_was(new_model):
    model = new_model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    seen: list[Point] = []

    def step(batch):
        if len(seen) > 5:
            raise RuntimeError("broken")
        seen.append(batch)
        return model.head.linear.weight.square().sum()

    with pytest.raises(RuntimeError, match="broken"):
        TextClassification(model).finetune(tiny.rows(60), method="lora", rank=4, epochs=1, trials=8, validation_split=0.3, step=step)
    after = model.state_dict()
    assert set(after) == set(before) and all((after[name] == value).all() for name, value in before.items())


def test_a_number_of_trials_that_cannot_be_is_refused():
    with pytest.raises(StudioError, match="Trials cannot be"):
        Settings(trials=-1)
