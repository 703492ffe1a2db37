"""torch.compile where it pays: a C++ compiler is there, and the work is long enough to win back the time of compiling."""

import os
import shutil
import weakref
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

WORTH = 3000  # items; compiling takes about 40 seconds, and an item is then some 15 ms quicker

_compiled: "weakref.WeakKeyDictionary[nn.Module, Any]" = weakref.WeakKeyDictionary()


@lru_cache
def can_compile() -> bool:
    """Whether there is a C++ compiler, and STUDIO_COMPILE does not say 0."""
    return os.environ.get("STUDIO_COMPILE", "1") != "0" and any(shutil.which(name) for name in ("g++", "clang++", "c++"))


def compiled(network: Any, count: int) -> Any:
    """The network itself, or its compiled twin when `count` items are to be answered. What cannot be compiled stays as it is."""
    if network in _compiled:
        return _compiled[network]
    if count < WORTH or not can_compile():
        return network
    import torch

    torch._dynamo.config.suppress_errors = True  # what cannot be compiled runs as it is
    _compiled[network] = torch.compile(network)
    return _compiled[network]
