"""Which attention is fastest to train with."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from torch.nn.attention import SDPBackend, sdpa_kernel

CELLS = 32 * 160 * 160  # rows times tokens squared; above it the plain product takes more memory than the time that it saves is worth
SHORT = 256  # tokens; from here on the fused kernel is as fast, and keeps half as much for the way back


def fast_attention(batch: Mapping[str, Any]) -> AbstractContextManager[None]:
    """On a CPU the fused kernel's way back is several times slower than plain matrix products for short texts (measured)."""
    mask = batch.get("attention_mask")
    if mask is not None and mask.device.type == "cpu" and mask.shape[1] < SHORT and mask.shape[0] * mask.shape[1] ** 2 <= CELLS:
        return sdpa_kernel(SDPBackend.MATH)
    return nullcontext()
