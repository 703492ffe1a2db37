"""What finetuning puts on top of a backbone: a classifier of its features, a projection of its vectors, or maps that join two of them."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


class ClassifierHead(nn.Module):
    """Standardises features with stored statistics, drops some of them while training, and maps them to one score per class.

    Standardising puts every feature on the same footing, so that one learning rate fits all backbones; the statistics are
    buffers and travel with the weights. A new head changes nothing (mean 0, deviation 1) until `fit_statistics` is called. hidden: units
    of a layer in between; 0 for none.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, in_features: int, out_features: int, dropout: float = 0.0, multi_label: bool = False, hidden: int = 0) -> None:
        super().__init__()
        self.multi_label = multi_label
        self.hidden = hidden
        self.register_buffer("mean", torch.zeros(in_features))
        self.register_buffer("std", torch.ones(in_features))
        self.dropout = nn.Dropout(dropout)
        self.between = nn.Sequential(nn.Linear(in_features, hidden), nn.GELU(), nn.Dropout(dropout)) if hidden else nn.Identity()
        self.linear = nn.Linear(hidden or in_features, out_features)

    @property
    def in_features(self) -> int:
        return self.mean.numel()

    @property
    def config(self) -> dict[str, int | float | bool]:
        """The arguments that build this head again (JSON)."""
        return {"in_features": self.in_features, "out_features": self.linear.out_features,
                "dropout": self.dropout.p, "multi_label": self.multi_label, "hidden": self.hidden}

    @property
    def is_new(self) -> bool:
        """Whether it has no statistics yet."""
        return not bool(self.mean.any()) and bool((self.std == 1).all())

    def drop(self, share: float) -> None:
        """Hide this share of features while training."""
        for part in self.modules():
            if isinstance(part, nn.Dropout):
                part.p = share

    def fit_statistics(self, features: Tensor) -> None:
        """Take mean and deviation from features (rows, F). A feature that never varies keeps deviation 1."""
        features = features.float()
        self.mean.copy_(features.mean(dim=0))
        deviation = features.std(dim=0, correction=0)
        self.std.copy_(torch.where(deviation > 1e-6, deviation, torch.ones_like(deviation)))

    def forward(self, features: Tensor) -> Tensor:
        """(B, F) -> logits (B, classes) in fp32."""
        return self.linear(self.between(self.dropout((features.float() - self.mean) / self.std)))

    def probabilities(self, logits: Tensor) -> Tensor:
        """Logits -> probabilities: each label on its own where a row may bear several, else summing to 1."""
        logits = logits.float()
        return logits.sigmoid() if self.multi_label else logits.softmax(dim=-1)


class Projection(nn.Module):
    """Turns vectors into others of the same width, unit length; a new one changes nothing but the length."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.linear.weight)

    @property
    def config(self) -> dict[str, int]:
        """The arguments that build this projection again (JSON)."""
        return {"width": self.linear.in_features}

    def forward(self, vectors: Tensor) -> Tensor:
        """(B, D) -> (B, D), unit length."""
        return nn.functional.normalize(self.linear(vectors.float()), dim=-1)


class Halves(nn.Module):
    """A linear map for each half. A new one changes nothing: what is only seen in the image (`extra` numbers) starts with no weight."""

    def __init__(self, width: int, extra: int = 0) -> None:
        super().__init__()
        self.width = width
        self.image = nn.Linear(width + extra, width, bias=False)
        self.text = nn.Linear(width, width, bias=False)
        with torch.no_grad():
            self.image.weight.copy_(torch.eye(width, width + extra))
            self.text.weight.copy_(torch.eye(width))

    @property
    def config(self) -> dict[str, int]:
        """The arguments that build it again (JSON)."""
        return {"width": self.width, "extra": self.image.in_features - self.width}

    def forward(self, halves: Tensor) -> Tensor:
        """(N, width + extra + width) -> (N, width), unit length."""
        image, text = halves.float().split([self.image.in_features, self.width], dim=-1)
        unit = nn.functional.normalize
        return unit(unit(self.image(image), dim=-1) + unit(self.text(text), dim=-1), dim=-1)


KINDS: dict[str, Any] = {"head": ClassifierHead, "projection": Projection, "halves": Halves}
TOPS = tuple(f"{name}." for name in KINDS)  # how the names of their weights begin: all that lies above a model's features


def tops_config(model: nn.Module) -> dict[str, Any]:
    """The JSON from which `read_tops` builds again what finetuning put on top; {} where nothing was."""
    return {name: top.config for name in KINDS if isinstance(top := getattr(model, name, None), KINDS[name])}


def write_tops(model: nn.Module, folder: Path) -> None:
    """One file for each of KINDS that there is, such as head.safetensors."""
    from safetensors.torch import save_file

    for name in tops_config(model):
        weights = {key: value.contiguous().cpu() for key, value in getattr(model, name).state_dict().items()}
        save_file(weights, folder / f"{name}.safetensors")


def read_tops(model: nn.Module, folder: Path, config: dict[str, Any]) -> None:
    """Put on what `write_tops` wrote."""
    from safetensors.torch import load_file

    for name, kind in KINDS.items():
        if config.get(name):
            top = kind(**config[name])
            top.load_state_dict(load_file(folder / f"{name}.safetensors"))
            setattr(model, name, top)
