"""Search, near-duplicates and maps of 100,000 vectors of 384 numbers: `python -m benchmarks.similarity [--only NAME …]`

Each case runs in a process of its own; peers search the same vectors for the same queries. The vectors are drawn: 5,000 middles with
items around them, some of them nearly the same.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import apart, first_paint

ITEMS, WIDTH, QUERIES, NEAREST = 100_000, 384, 1_000, 10
MAPPED = 10_000


def drawn(count: int = ITEMS, seed: int = 0) -> np.ndarray:
    """(count, WIDTH) of unit length; one in twenty is nearly an earlier one."""
    random = np.random.default_rng(seed)
    middles = random.standard_normal((5_000, WIDTH), dtype=np.float32)
    found = middles[random.integers(0, len(middles), count)] + 0.9 * random.standard_normal((count, WIDTH), dtype=np.float32)
    again = random.choice(count, count // 20, replace=False)
    found[again] = found[random.integers(0, count, len(again))] + 0.2 * random.standard_normal((len(again), WIDTH), dtype=np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def asked() -> tuple[np.ndarray, np.ndarray]:
    vectors = drawn()
    noise = np.random.default_rng(1).standard_normal((QUERIES, WIDTH), dtype=np.float32)
    queries = vectors[:QUERIES] + 0.03 * noise
    return vectors, queries / np.linalg.norm(queries, axis=1, keepdims=True)


def searched(how: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> dict[str, Any]:
    """The best of three: seconds, and the positions found."""
    vectors, queries = asked()
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        places = how(vectors, queries)
        seconds.append(time.perf_counter() - began)
    return {"seconds": min(seconds), "places": places.tolist()}


def ours(vectors: np.ndarray, queries: np.ndarray) -> np.ndarray:
    from engine.similarity import Index

    return Index(vectors).nearest(queries, NEAREST)[1]  # the index is made in this time too


def plain(vectors: np.ndarray, queries: np.ndarray) -> np.ndarray:
    return np.argsort(-(queries @ vectors.T), axis=1)[:, :NEAREST]


def brute(vectors: np.ndarray, queries: np.ndarray) -> np.ndarray:
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=NEAREST, algorithm="brute", metric="cosine", n_jobs=-1).fit(vectors).kneighbors(queries)[1]


def duplicates() -> dict[str, Any]:
    from engine.similarity import Index

    vectors = drawn()
    began = time.perf_counter()
    found = Index(vectors).near_duplicates(0.95)
    return {"seconds": time.perf_counter() - began, "pairs": found.count(), "groups": len(found.groups())}


def neighbours(exact: bool) -> dict[str, Any]:
    """The ten nearest of every item; by a graph with its making, and the share that it finds, as the index measured it on some."""
    from engine.similarity import Index

    index = Index(drawn())
    began = time.perf_counter()
    index.nearest(index.vectors, NEAREST, exact=exact)
    return {"seconds": time.perf_counter() - began, "recall": index.recall}


def mapped(method: str, count: int) -> dict[str, Any]:
    from engine.similarity import project

    vectors = drawn(count)
    began = time.perf_counter()
    project(vectors, method)
    return {"seconds": time.perf_counter() - began, "points": count}


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "search": lambda: searched(ours),
    "search-numpy": lambda: searched(plain),
    "search-scikit-learn": lambda: searched(brute),
    "near-duplicates": duplicates,
    "all-neighbours": lambda: neighbours(True),
    "all-neighbours-by-graph": lambda: neighbours(False),
    "map-pca-100000": lambda: mapped("pca", ITEMS),
    "map-tsne-10000": lambda: mapped("tsne", MAPPED),
    "map-first-paint-100000": lambda: first_paint.measured(ITEMS),
}


def compared(found: dict[str, Any]) -> dict[str, Any]:
    """Times of the peers as multiples of ours, and how many of the places are the same."""
    own = found.get("search")
    said: dict[str, Any] = {}
    for name in ("search-numpy", "search-scikit-learn"):
        if own and name in found:
            same = [set(one) == set(other) for one, other in zip(own["places"], found[name]["places"], strict=True)]
            said[name] = {"times": found[name]["seconds"] / own["seconds"], "queries with the same ten": sum(same) / len(same)}
    return {name: {key: value for key, value in result.items() if key != "places"} for name, result in found.items()} | {"compared": said}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        apart.tell(CASES[given.case]())
        return
    found = {}
    for name in given.only:
        print(f"Measuring {name}", file=sys.stderr)
        found[name] = apart.run("benchmarks.similarity", "--case", name)
    print(json.dumps(compared(found), indent=2))


if __name__ == "__main__":
    main()
