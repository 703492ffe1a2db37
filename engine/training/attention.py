"""Which attention is fastest to train with."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from engine.training.rows import JoinedRows, RaggedRows, Rows

SHORT = 160  # tokens; above it the plain product takes more memory than the time that it saves is worth


def fast_attention(device: torch.device, rows: Rows) -> AbstractContextManager[None]:
    """On a CPU the fused kernel's way back is several times slower than plain matrix products for short texts (measured)."""
    if device.type == "cpu" and isinstance(rows, RaggedRows | JoinedRows) and len(rows) and int(rows.lengths.max()) <= SHORT:
        return sdpa_kernel(SDPBackend.MATH)
    return nullcontext()
