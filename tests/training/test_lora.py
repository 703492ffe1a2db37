"""Adapters: attached, trained, merged, kept alone."""

import pytest


def test_merged_adapters_answer_as_the_attached_ones(new_model):
    import torch

    from engine.training.learners import learner_for
    from engine.training.methods import METHODS
    from engine.training.methods.lora import adapter_weights
    from engine.training.settings import Settings

    model, method = new_model(), METHODS["lora"]
    names = set(model.state_dict())
    model.pre_finetuning(labels=["a", "b"])
    learner = learner_for(model, "text-classification")
    chosen = method.resolve(Settings(method="lora"), model.depth, 100)
    method.open(learner, chosen)
    torch.manual_seed(0)
    for name, value in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(value, std=0.2)
    ids, mask = torch.tensor([[2, 15, 16, 3]]), torch.ones(1, 4, dtype=torch.long)
    model.eval()
    attached, alone = model.logits(ids, mask), adapter_weights(learner)
    method.close(learner, chosen)
    assert torch.allclose(model.logits(ids, mask), attached, atol=1e-5)
    assert {name for name in model.state_dict() if not name.startswith("head.")} == names
    assert alone and all("lora_" in name or name.startswith("head.") for name in alone)


def test_adapters_kept_alone_make_the_base_model_the_trained_one(new_model, tmp_path):
    import engine
    from tests.training import tiny

    task = engine.TextClassification(new_model())
    task.finetune(tiny.rows(), method="lora", epochs=2, rank=4, alpha=16, targets="attention")
    folder = engine.save_lora(task, tmp_path / "adapters")
    assert sum(file.stat().st_size for file in folder.iterdir()) < 100_000
    again = engine.load_lora(engine.TextClassification(new_model()), folder)
    asked = ["the cat is near my bread", "hammer and nail"]
    for one, other in zip(task(asked), again(asked), strict=True):
        assert one == pytest.approx(other, abs=1e-5)


@pytest.mark.usefixtures("exactly")
def test_a_saved_model_keeps_its_adapters_beside_it_until_it_learns_otherwise(new_model, tmp_path):
    import zipfile

    import engine
    from engine import hub
    from engine.errors import StudioError
    from engine.hub import export
    from tests.training import tiny

    task = engine.TextClassification(new_model())
    task.finetune(tiny.rows(), method="lora", epochs=2, rank=4)
    task.save("with-adapters")
    archive = export.adapters("with-adapters")
    assert archive and archive.stat().st_size < 100_000
    with zipfile.ZipFile(archive) as packed:
        assert "engine.load_lora" in packed.read("USE.md").decode()
        packed.extractall(tmp_path)
    alone = engine.load_lora(engine.TextClassification(new_model()), tmp_path / "adapters")
    loaded = engine.TextClassification("with-adapters")
    assert alone("the cat") == pytest.approx(loaded("the cat"), abs=1e-5)
    loaded.finetune(tiny.rows(), method="head", epochs=1)
    with pytest.raises(StudioError, match="no adapters to save"):
        engine.save_lora(loaded, tmp_path / "stale")
    hub.save(loaded.model, "without-adapters")
    assert export.adapters("without-adapters") is None


def test_what_a_model_knew_of_labels_is_forgotten_with_its_former_weights(new_model, tmp_path):
    import engine
    from tests.training import tiny

    rows, trained = tiny.rows(), engine.TextVectorisation(new_model())
    trained.finetune({"texts": rows["texts"], "groups": rows["labels"]}, variant="triplet", method="lora", epochs=2, rank=4,
                     learning_rate=1e-2)
    folder = engine.save_lora(trained, tmp_path / "adapters")
    asked, labels = "the cat is near my bread", ["hammer", "cat"]
    used = new_model()
    engine.TextClassification(used)(asked, labels=labels)
    assert engine.TextClassification(engine.load_lora(used, folder))(asked, labels=labels) == pytest.approx(
        engine.TextClassification(engine.load_lora(new_model(), folder))(asked, labels=labels), abs=1e-5)


def test_adapters_of_another_base_model_are_refused(new_model, tmp_path):
    import torch

    import engine
    from engine.errors import StudioError
    from tests.training import tiny

    task = engine.TextClassification(new_model())
    with pytest.raises(StudioError, match="no adapters to save"):
        engine.save_lora(task, tmp_path / "none")
    task.finetune(tiny.rows(), method="lora", epochs=1)
    folder = engine.save_lora(task, tmp_path / "adapters")
    other = new_model()
    with torch.no_grad():
        other.encoder.backbone.encoder.layer[0].output.dense.weight.add_(0.1)
    with pytest.raises(StudioError, match="not trained on"):
        engine.load_lora(other, folder)
    with pytest.raises(StudioError, match="holds no adapters"):
        engine.load_lora(new_model(), tmp_path)
