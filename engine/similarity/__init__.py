"""What is alike: search, near-duplicates, percentiles, maps. Vectors come in any form; nothing here needs a model.

>>> index = engine.similarity.Index(vectors, ids=texts)
>>> index.search(query, k=5)
>>> index.percentile(0.62)
>>> engine.similarity.project(vectors, "pca")
>>> engine.similarity.read_vectors(Path("vectors.npy"))
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.similarity.brought import read_vectors as read_vectors
    from engine.similarity.change import aligned as aligned
    from engine.similarity.change import overlap as overlap
    from engine.similarity.clusters import Clusters as Clusters
    from engine.similarity.clusters import cluster as cluster
    from engine.similarity.cosine import cosine_similarity as cosine_similarity
    from engine.similarity.duplicates import Duplicates as Duplicates
    from engine.similarity.index import Hit as Hit
    from engine.similarity.index import Index as Index
    from engine.similarity.maps import methods as methods
    from engine.similarity.maps import project as project

_HOMES = {
    "Index": "index", "Hit": "index", "Duplicates": "duplicates", "project": "maps", "methods": "maps", "cluster": "clusters",
    "Clusters": "clusters", "aligned": "change", "overlap": "change", "cosine_similarity": "cosine", "read_vectors": "brought",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
