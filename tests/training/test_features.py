"""The cache of what lies below the cut."""

import numpy as np

from engine.training.events import Log, Reporter


def _learner(model):
    from engine.training.learners.texts import TextLabels

    return TextLabels(model, "text-classification")


def _tokens(model):
    from engine.training.rows import RaggedRows

    return RaggedRows.of_lists("input_ids", model.tokenise(["cat dog", "the hammer is near my bread", "soup"]).ids, model.pad_id)


def test_hidden_states_are_those_of_the_model(new_model):
    import torch

    from engine.training.features import computed_below

    model = new_model()
    tokens = _tokens(model)
    kept = computed_below(_learner(model), tokens, 1, "fp32", Reporter())
    batch = tokens.batch(torch.arange(3))
    with torch.no_grad():
        wanted = model.below(batch["input_ids"], batch["attention_mask"], 1) * batch["attention_mask"][..., None]
    assert torch.allclose(kept.batch(torch.arange(3))["hidden"].float(), wanted, atol=0.01)


def test_features_are_those_that_the_head_sees(new_model):
    import torch

    from engine.training.features import computed_below

    model = new_model()
    tokens = _tokens(model)
    kept = computed_below(_learner(model), tokens, None, "fp32", Reporter())
    batch = tokens.batch(torch.arange(3))
    with torch.no_grad():
        wanted = model.features(batch["input_ids"], batch["attention_mask"])
    assert torch.allclose(kept.batch(torch.arange(3))["features"].float(), wanted, atol=0.01)


def test_they_are_computed_once_for_the_same_content(new_model):
    from engine.training.features import computed_below

    seen = []
    for _ in range(2):
        computed_below(_learner(new_model()), _tokens(new_model()), 1, "fp32", Reporter(seen.append))
    assert sum(isinstance(event, Log) and "earlier run" in event.text for event in seen) == 1


def test_other_weights_are_other_content(new_model):
    import torch

    from engine.training.features import computed_below

    seen, model = [], new_model()
    computed_below(_learner(model), _tokens(model), 1, "fp32", Reporter(seen.append))
    with torch.no_grad():
        next(model.parameters()).add_(1.0)
    computed_below(_learner(model), _tokens(model), 1, "fp32", Reporter(seen.append))
    assert not any(isinstance(event, Log) for event in seen)


def test_a_broken_file_is_computed_again(new_model, home):
    from engine.training.features import computed_below

    model = new_model()
    first = computed_below(_learner(model), _tokens(model), 1, "fp32", Reporter())
    file = next((home / "cache" / "features").iterdir())
    file.write_bytes(b"half")
    second = computed_below(_learner(model), _tokens(model), 1, "fp32", Reporter())
    assert (first.flat == second.flat).all()


def test_the_cache_forgets_what_was_not_used_for_longest(tmp_path):
    import os

    from engine.disk import make_room

    for age, name in enumerate(["new", "middle", "old"]):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    make_room(tmp_path, 250)
    assert {item.name for item in tmp_path.iterdir()} == {"new", "middle"}


def test_padding_is_the_models_own_and_hidden_states_are_padded_with_zeros():
    import torch

    from engine.training.rows import RaggedRows

    ids = RaggedRows.of_lists("input_ids", [[5, 6], [7]], padding=1).batch(torch.tensor([1, 0]))
    assert ids["input_ids"].tolist() == [[7, 1], [5, 6]]
    assert ids["attention_mask"].tolist() == [[1, 0], [1, 1]]
    hidden = RaggedRows("hidden", torch.ones(3, 4), np.array([2, 1])).batch(torch.tensor([0, 1]))["hidden"]
    assert hidden.sum().item() == 12


def test_another_pooling_of_the_same_weights_is_computed_anew(new_model):
    import torch

    from engine.training.features import computed_below

    model, told = new_model(), []
    tokens = _tokens(model)
    first = computed_below(_learner(model), tokens, None, "fp32", Reporter())
    model.encoder.modes = ("cls",)
    second = computed_below(_learner(model), tokens, None, "fp32", Reporter(told.append))
    assert not any(isinstance(event, Log) for event in told)
    assert not torch.equal(first.values, second.values)


def test_those_of_images_and_their_changed_copies_are_there_for_the_next_run():
    from engine import ImageClassification
    from tests import learning

    labels = [learning.LABELS[row % 3] for row in range(24)]
    params = {"images": [learning.picture(label, row) for row, label in enumerate(labels)], "labels": labels}
    told = []
    for strength in ("light", "light", "medium"):
        seen = []
        task = ImageClassification("efficientnet-lite0")
        result = task.finetune(params, method="head", epochs=2, augmentation=strength, copies=1, ramped=True, report=seen.append)
        told.append(any(isinstance(event, Log) and "earlier run" in event.text for event in seen))
        assert result.rows["train"] + result.rows["validation"] == 24
    assert told == [False, True, False]
