"""The nearest items of many queries, exactly: blocks of matrix products, of each of which only the best are kept.

A processor that multiplies bf16 in hardware does so at more than twice the speed. There, products in bf16 tell which few items can be
among the best, and only their cosines are computed in full precision; the answer is the same.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.similarity.vectors import ROUNDING, Floats, pair_cosines

if TYPE_CHECKING:
    import torch

    from engine.similarity.index import Watch

BLOCK = 128_000_000  # bytes of scores at once
WORTH = 64  # queries from which on it pays to write the items in bf16
GROUP = 64  # items of which the best one is looked at first
CROWDED = 1 / 16  # of the groups: where so many may hold one of the best, full precision at once is quicker


def best(queries: Floats, items: Floats, k: int, watch: "Watch") -> tuple[Floats, NDArray[np.int64]]:
    """(cosines, positions), each (Q, k), the best first. Both (…, D) of unit length; k: at most as many as there are items."""
    import torch

    from engine.inference.devices import dtype_for

    asked, known = torch.from_numpy(queries), torch.from_numpy(items)
    wanted = len(queries) >= WORTH and len(items) >= WORTH * GROUP * k and dtype_for("cpu") == torch.bfloat16
    rough = known.bfloat16() if wanted else None
    step = max(1, BLOCK // (4 * len(items)))
    scores, places = [], []
    for start in range(0, len(queries), step):
        block = asked[start:start + step]
        found = None if rough is None else _chosen(block, known, rough, k)
        if found is None:
            rough = None  # the items lie too close together; so they will for the other queries
            top = (block @ known.T).clamp_(-1, 1).topk(k, dim=1)
            found = top.values.numpy(), top.indices.numpy()
        scores.append(found[0])
        places.append(found[1])
        watch(min(start + step, len(queries)), len(queries))
    return np.concatenate(scores), np.concatenate(places)


def _chosen(asked: "torch.Tensor", known: "torch.Tensor", rough: "torch.Tensor", k: int) -> tuple[Any, Any] | None:
    """The best by full precision of those that can be among them; None where these are too many."""
    import torch

    count, width = len(asked), len(rough) // GROUP * GROUP
    scores = asked.bfloat16() @ rough.T
    groups = scores[:, :width].unflatten(1, (-1, GROUP))
    highest = groups.amax(dim=2).float()
    # At least k items are as good as the k-th best group; a rounded cosine is off by at most ROUNDING, as is the one it is held against.
    least = highest.topk(k, dim=1).values[:, -1] - 2 * ROUNDING
    row, group = (highest >= least[:, None]).nonzero().T
    if len(row) > CROWDED * highest.numel():
        return None
    inner, place = (groups[row, group].float() >= least[row, None]).nonzero().T
    row, column = row[inner], group[inner] * GROUP + place
    end = (scores[:, width:].float() >= least[:, None]).nonzero().T
    rows, columns = torch.cat([row, end[0]]).numpy(), torch.cat([column, end[1] + width]).numpy()
    exact = np.clip(pair_cosines(asked.numpy(), rows, known.numpy(), columns), -1, 1)
    order = np.lexsort((-exact, rows))
    own = np.searchsorted(rows[order], np.arange(count))[:, None] + np.arange(k)
    chosen = order[own]
    return exact[chosen], columns[chosen]
