"""Vectors as all of this package takes them: one fp32 row each, of unit length."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import StudioError
from engine.words import plural

Floats = NDArray[np.float32]
ROUNDING = 0.012  # more than a cosine of unit vectors can be off when they, and it, are rounded to bf16 (by 2**-8 each)
LOOKED_UP = 100_000_000  # bytes of vectors at once
SHAPES = "Give one list of numbers for each item, all of the same length."


def numbers(values: Any, what: str = "vectors") -> Floats:
    """fp32 of lists, arrays or tensors, of whatever shape; StudioError where there is none, or something else than numbers."""
    if hasattr(values, "detach"):
        values = values.detach().float().cpu().numpy()
    try:
        return np.asarray(values, dtype=np.float32)
    except (TypeError, ValueError, OverflowError):
        raise StudioError(f"The {what} are no table of numbers.", SHAPES) from None


def table(vectors: Any, what: str = "vectors") -> Floats:
    """(N, D) fp32 of lists, arrays or tensors. StudioError: not a table, no numbers in it, or numbers that are none."""
    found = numbers(vectors, what)
    if found.ndim != 2 or not found.size:
        raise StudioError(f"The {what} have the shape {found.shape}.", SHAPES)
    wrong = np.flatnonzero(~np.isfinite(found).all(axis=1))
    if wrong.size:
        raise StudioError(f"{plural(int(wrong.size), 'vector')} with something that is no number, such as that of item {wrong[0] + 1:,}.",
                          "Drop these items, or compute their vectors again.")
    return found


def unit(vectors: Any, what: str = "vectors") -> Floats:
    """The rows divided by their lengths; a row of zeros, which points nowhere, stays so and is like nothing."""
    found = table(vectors, what)
    lengths = np.sqrt(np.einsum("nd,nd->n", found, found, dtype=np.float64))[:, None]
    return np.divide(found, lengths, out=np.zeros_like(found), where=lengths > 0, casting="unsafe")


def same_width(vectors: Floats, width: int, what: str) -> None:
    """Refuse vectors of another model."""
    if vectors.shape[1] != width:
        raise StudioError(f"The {what} have {vectors.shape[1]:,} numbers, but the others have {width:,}.",
                          "Compare vectors of one and the same model.")


def pair_cosines(rows: Floats, first: Any, others: Floats, second: Any) -> Floats:
    """(P,) of the pairs of rows[first] and others[second]; both of unit length. Rounding may bring one beyond 1."""
    step = max(1, LOOKED_UP // (8 * rows.shape[1]))
    return np.concatenate([np.empty(0, np.float32), *(
        np.einsum("nd,nd->n", rows[first[start:start + step]], others[second[start:start + step]])
        for start in range(0, len(first), step))])
