"""The classifier on top of a backbone's pooled features."""

import torch
from torch import Tensor, nn


class ClassifierHead(nn.Module):
    """Standardises features with stored statistics, drops some of them while training, and maps them to one score per class.

    Standardising puts every feature on the same footing, so that one learning rate fits all backbones; the statistics are
    buffers and travel with the weights. A new head changes nothing (mean 0, deviation 1) until `fit_statistics` is called.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, in_features: int, out_features: int, dropout: float = 0.0, multi_label: bool = False) -> None:
        super().__init__()
        self.multi_label = multi_label
        self.register_buffer("mean", torch.zeros(in_features))
        self.register_buffer("std", torch.ones(in_features))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(in_features, out_features)

    @property
    def config(self) -> dict[str, int | float | bool]:
        """The arguments that build this head again (JSON)."""
        return {"in_features": self.linear.in_features, "out_features": self.linear.out_features,
                "dropout": self.dropout.p, "multi_label": self.multi_label}

    @property
    def is_new(self) -> bool:
        """Whether it has no statistics yet."""
        return not bool(self.mean.any()) and bool((self.std == 1).all())

    def fit_statistics(self, features: Tensor) -> None:
        """Take mean and deviation from features (rows, F). A feature that never varies keeps deviation 1."""
        features = features.float()
        self.mean.copy_(features.mean(dim=0))
        deviation = features.std(dim=0, correction=0)
        self.std.copy_(torch.where(deviation > 1e-6, deviation, torch.ones_like(deviation)))

    def forward(self, features: Tensor) -> Tensor:
        """(B, F) -> logits (B, classes) in fp32."""
        return self.linear(self.dropout((features.float() - self.mean) / self.std))

    def probabilities(self, logits: Tensor) -> Tensor:
        """Logits -> probabilities: each label on its own where a row may bear several, else summing to 1."""
        logits = logits.float()
        return logits.sigmoid() if self.multi_label else logits.softmax(dim=-1)
