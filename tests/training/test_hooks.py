"""Functions of the user that replace the task's own."""

from engine.training.settings import Settings
from tests.training import tiny


def fit(model, **hooks):
    from engine.training.fit import fit

    return fit(model, "text-classification", "single_label", tiny.rows(), Settings(method="full", epochs=2, precision="fp32"), **hooks)


def test_an_own_step_gives_the_loss(new_model):
    import torch

    model, seen = new_model(), []

    def step(batch, batch_index):
        seen.append(batch_index)
        logits = model.logits(batch["input_ids"], batch["attention_mask"])
        return torch.nn.functional.cross_entropy(logits, batch["targets"])

    result = fit(model, step=step)
    assert len(seen) == result.history[-1]["step"]


def test_an_own_optimiser_is_used(new_model):
    import torch

    model, used = new_model(), []

    def configure_optimizers():
        used.append(torch.optim.SGD([value for value in model.parameters() if value.requires_grad], lr=0.1))
        return used[-1]

    fit(model, configure_optimizers=configure_optimizers)
    assert len(used) == 1 and used[0].state_dict()["state"] is not None


def test_own_data_loaders_are_offered_ours(new_model):
    offered = []

    def loader(ours):
        offered.append(ours)
        return list(ours)[:1]

    result = fit(new_model(), train_dataloader=loader, val_dataloader=lambda ours: ours)
    assert len(offered) == 1 and result.history[-1]["step"] == 2
