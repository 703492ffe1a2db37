"""Which device answers, and in which precision."""

import os
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.errors import StudioError

if TYPE_CHECKING:
    import torch

PRECISIONS = ("auto", "fp32", "bf16")


def pick_device(wanted: str | None = None) -> str:
    """The wanted device, or "cuda" when there is one, else "mps", else "cpu"."""
    import torch

    there = [name for name, module in (("cuda", torch.cuda), ("mps", torch.backends.mps)) if module.is_available()] + ["cpu"]
    if wanted is None:
        return there[0]
    if wanted.split(":")[0] not in there:
        raise StudioError(f"There is no device {wanted!r} here.", f"Leave `device` out, or take one of {', '.join(there)}.")
    return wanted


@lru_cache
def has_fast_bf16(kind: str) -> bool:
    """Whether a device multiplies bf16 in hardware; elsewhere it is emulated and slower than fp32."""
    import torch

    if kind == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if kind != "cpu":
        return False
    found: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16") or found.get("bf16"))


def precision_wanted() -> str:
    """What the environment variable STUDIO_PRECISION says (the settings page sets it too): auto, fp32 or bf16."""
    wanted = os.environ.get("STUDIO_PRECISION", "auto")
    if wanted not in PRECISIONS:
        raise StudioError(f"STUDIO_PRECISION cannot be {wanted!r}.", f"It is one of {', '.join(PRECISIONS)}.")
    return wanted


def dtype_for(device: "torch.device | str", precision: str | None = None) -> "torch.dtype":
    """The type to compute in: bf16 if asked for, or with "auto" where the hardware has it; else fp32."""
    import torch

    precision = precision_wanted() if precision in (None, "auto") else precision
    kind = str(device).split(":")[0]
    fast = precision == "bf16" or (precision == "auto" and has_fast_bf16(kind))
    return torch.bfloat16 if fast else torch.float32


def autocast(device: "torch.device | str", precision: str | None = None) -> AbstractContextManager[Any]:
    """A context in which matrix products run in `dtype_for`; sums and norms stay in fp32, as do the weights."""
    import torch

    dtype = dtype_for(device, precision)
    return nullcontext() if dtype == torch.float32 else torch.autocast(str(device).split(":")[0], dtype=dtype)
