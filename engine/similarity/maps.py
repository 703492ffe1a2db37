"""Vectors on a plane, so that what is alike lies close. The same vectors and seed give the same plane."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from engine.errors import StudioError
from engine.similarity.vectors import Floats, table

KEPT = 50  # directions that the finer methods start from
PERPLEXITY = 30
FEWEST = 3  # items that lie on a plane


def methods() -> list[str]:
    """What can be used here: "pca" always; "tsne" and "umap" where openTSNE and umap-learn are installed."""
    return [name for name in METHODS if not _missing(name)]


def _missing(method: str) -> str:
    """The package to be installed for it, as pip calls it; empty where it is here."""
    module, package, _ = METHODS[method]
    return "" if not module or find_spec(module) else package


def project(vectors: Any, method: str = "pca", seed: int = 0) -> Floats:
    """(N, D) -> (N, 2). pca: the two main directions; tsne and umap keep neighbourhoods and take longer."""
    rows = table(vectors)
    if method not in METHODS:
        raise StudioError(f"There is no map {method!r}.", f"Known are {', '.join(METHODS)}.")
    if package := _missing(method):
        raise StudioError(f"The map {method} needs the package {package}, which is not installed.",
                          f'Take "pca", or install it: pip install {package}')
    if len(rows) <= FEWEST or not (rows != rows[0]).any():  # a point, a line, or all at one place
        return principal(rows, 2)
    return np.ascontiguousarray(METHODS[method][-1](rows, seed), dtype=np.float32)


def principal(rows: Floats, count: int) -> Floats:
    """(N, count): along the main directions, the widest first; each points to where its largest weight is positive."""
    import torch

    values = torch.from_numpy(np.ascontiguousarray(rows, dtype=np.float32))
    values = values - values.mean(dim=0)
    wide = values.shape[1] <= max(values.shape[0], 4096)
    if wide:
        _, directions = torch.linalg.eigh((values.T @ values).double())
        directions = directions.flip(1)[:, :count].float()
    else:
        directions = torch.linalg.svd(values, full_matrices=False).Vh[:count].T
    largest = directions.abs().argmax(dim=0)
    directions = directions * torch.sign(directions[largest, torch.arange(directions.shape[1])])
    found = (values @ directions).numpy()
    return np.pad(found, ((0, 0), (0, count - found.shape[1])))


def _tsne(rows: Floats, seed: int) -> Any:
    import openTSNE

    start = principal(rows, min(KEPT, rows.shape[1]))
    perplexity = min(PERPLEXITY, max(1.0, (len(rows) - 1) / 3))
    return openTSNE.TSNE(perplexity=perplexity, n_jobs=-1, random_state=seed, initialization="pca").fit(start)


def _umap(rows: Floats, seed: int) -> Any:
    start = principal(rows, min(KEPT, rows.shape[1]))
    return import_module("umap").UMAP(random_state=seed, n_neighbors=min(15, len(rows) - 1)).fit_transform(start)


# (module, the package that brings it, how it is drawn)
METHODS: dict[str, tuple[str, str, Callable[[Floats, int], Any]]] = {
    "pca": ("", "", lambda rows, seed: principal(rows, 2)), "tsne": ("openTSNE", "openTSNE", _tsne), "umap": ("umap", "umap-learn", _umap),
}
