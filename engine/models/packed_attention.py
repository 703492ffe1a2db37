"""Attention as whole products of all texts and heads, for packed blocks: of short texts quicker than torch's own, which goes by parts."""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward

NAME = "packed"  # by which transformers finds it
LONGEST = 512  # tokens; the memory it takes grows with their square
LANES = 32  # numbers in bf16 that a processor takes at once; a softmax over a multiple of them is twice as quick
WITHOUT_EFFECT = {"position_ids", "encoder_hidden_states"}


def attention(module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, dropout: float = 0.0,
               scaling: float | None = None, **more: Any) -> tuple[Tensor, Tensor | None]:
    """(B, heads, T, D) each -> (B, T, heads, D). What is not the plain kind of an encoder is left to torch."""
    batch, heads, length, width = query.shape
    causal = attention_mask is None and getattr(module, "is_causal", True)  # a mask that is given says so itself
    plain = not causal and key.shape == query.shape and (attention_mask is None or attention_mask.dtype == torch.bool)
    more = {name: value for name, value in more.items() if value is not None}
    if not plain or length > LONGEST or not more.keys() <= WITHOUT_EFFECT:
        return sdpa_attention_forward(module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **more)
    extra = -length % LANES
    key, value = (nn.functional.pad(one, (0, 0, 0, extra)) for one in (key, value))
    flat = batch * heads, -1, width
    scores = torch.bmm((query * (scaling or width ** -0.5)).reshape(flat), key.reshape(flat).mT).view(batch, heads, length, -1)
    lowest = torch.finfo(query.dtype).min
    if attention_mask is not None:
        scores[..., :length] += torch.zeros_like(attention_mask, dtype=query.dtype).masked_fill_(~attention_mask, lowest)
    scores[..., length:] = lowest
    shares = scores.softmax(dim=-1).view(batch * heads, length, -1)
    return torch.bmm(shares, value.reshape(flat)).view(query.shape).transpose(1, 2).contiguous(), None


AttentionInterface.register(NAME, attention)
