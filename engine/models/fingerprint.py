"""What tells one model's weights from another's."""

from typing import Any


def add_weights(digest: Any, model: Any, without: tuple[str, ...] = ()) -> None:
    """Feed a hash with all weights by their names. without: how the names begin of those that are left out."""
    import torch

    for name, value in sorted(model.state_dict().items()):
        if not name.startswith(without):
            digest.update(name.encode())
            digest.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy() if hasattr(value, "detach")
                          else repr(value).encode())  # what a class of somebody's own keeps besides
