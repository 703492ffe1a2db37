"""From a vector for each token to one for the text."""

import torch
from torch import Tensor

from engine.errors import StudioError

MODES = ("mean", "cls", "max", "mean_sqrt_len_tokens", "lasttoken")


def pool(hidden: Tensor, mask: Tensor, modes: tuple[str, ...] = ("mean",)) -> Tensor:
    """(B, T, D) and mask (B, T) -> (B, D * modes) in fp32, as sentence-transformers defines the modes."""
    return torch.cat([_POOLS[mode](hidden, mask) for mode in modes], dim=-1)


def modes_of(config: dict) -> tuple[str, ...]:
    """The modes in a sentence-transformers pooling config, old (one switch each) or new (`pooling_mode`)."""
    if "pooling_mode" in config:
        given = config["pooling_mode"]
        modes = (given,) if isinstance(given, str) else tuple(given)
    else:
        old = {"cls_token": "cls", "mean_tokens": "mean", "max_tokens": "max"}
        switched = [key.removeprefix("pooling_mode_") for key, on in config.items() if key.startswith("pooling_mode_") and on]
        order = ("cls_token", "max_tokens", "mean_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken")
        modes = tuple(old.get(name, name) for name in sorted(switched, key=order.index))
    if not modes or not set(modes) <= set(MODES):
        raise StudioError(f"The pooling {', '.join(modes) or 'without a mode'} is not known.", f"Known are {', '.join(MODES)}.")
    return modes


def _mean(hidden: Tensor, mask: Tensor, power: float = 1.0) -> Tensor:
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    total = (hidden * weights).sum(dim=1, dtype=torch.float32)
    return total / mask.sum(dim=1, keepdim=True).clamp(min=1).float() ** power


def _max(hidden: Tensor, mask: Tensor) -> Tensor:
    return hidden.masked_fill(mask.unsqueeze(-1) == 0, float("-inf")).max(dim=1).values.float()


def _token(hidden: Tensor, positions: Tensor) -> Tensor:
    return hidden[torch.arange(len(hidden), device=hidden.device), positions].float()


def _last(hidden: Tensor, mask: Tensor) -> Tensor:
    positions = torch.arange(mask.shape[1], device=mask.device)
    return _token(hidden, (mask * positions).argmax(dim=1))


_POOLS = {
    "mean": _mean,
    "mean_sqrt_len_tokens": lambda hidden, mask: _mean(hidden, mask, power=0.5),
    "max": _max,
    "cls": lambda hidden, mask: _token(hidden, mask.to(torch.int).argmax(dim=1)),
    "lasttoken": _last,
}
