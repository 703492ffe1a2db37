"""Adapters: attached, trained, merged."""


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
