"""Zero-shot labels for a text encoder: how like is the text to the label, and how probable is that?"""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from torch import Tensor


class LabelCache(OrderedDict[str, Tensor]):
    """Label -> its vector; the labels used last are kept."""

    most = 100_000


def label_probabilities(vectors: Tensor, labels: Sequence[Sequence[str]], embed: Callable[[Sequence[str]], Tensor],
                        cache: LabelCache) -> list[Tensor]:
    raise NotImplementedError
