"""What the user chose on the settings page: a small JSON file in the home folder, and what the engine reads from it."""

import os
from dataclasses import asdict, dataclass, fields
from itertools import chain
from pathlib import Path
from typing import Any

from engine import paths
from engine.disk import files_below, read_json, write_json
from engine.errors import StudioError
from engine.fields import Field
from engine.inference.threads import processors
from engine.training.settings import setting

CLEARABLE = ("features", "vectors", "exports", "answers")  # what the studio can make again; embedded models that were fetched stay

# What the engine reads from the environment: {variable: preference}. One that was set by hand before the start wins.
_VARIABLES = {"STUDIO_PRECISION": "precision", "STUDIO_THREADS": "answer_threads", "STUDIO_MODEL_GIGABYTES": "model_gigabytes"}
_SET_BY_HAND = {name for name in _VARIABLES if name in os.environ}


@dataclass(frozen=True)
class Preferences:
    """Choices that hold for every run and every answer on this machine."""

    threads: int | None = setting(None, "integer", "Threads for training", "Processor threads that a training takes. Empty leaves one "
                                  "for the studio, so that its pages stay quick.", minimum=1, maximum=1024)
    answer_threads: int | None = setting(None, "integer", "Threads for answers", "Processor threads that an answer takes. Empty takes all, "
                                         "and while a model is trained those that the training leaves.", minimum=1, maximum=1024)
    precision: str = setting("auto", "choice", "Precision", "How exactly numbers are kept while computing. auto takes bf16 where the "
                             "processor has it, which is two to three times as fast; fp32 is the exact one.",
                             choices=("auto", "fp32", "bf16"))
    model_gigabytes: float | None = setting(None, "number", "Models in memory at most (GB)", "Models stay loaded so that the next answer "
                                            "is quick. Above this size those used longest ago go. Empty takes a third of the memory.",
                                            minimum=0.1, maximum=10_000.0)
    cache_gigabytes: float = setting(5.0, "number", "Cache at most (GB)", "Features and exports are kept so that the same work is not done "
                                     "twice. Above this size the oldest go.", minimum=0.0, maximum=10_000.0)

    def __post_init__(self) -> None:
        for declared in self.declared():
            object.__setattr__(self, declared.name, declared.check(getattr(self, declared.name)))

    @classmethod
    def declared(cls) -> list[Field]:
        """The fields in the order in which the settings page shows them."""
        return [Field(name=item.name, default=item.default, **item.metadata["field"]) for item in fields(cls)]


def read() -> Preferences:
    """The choices as saved; what is missing, unknown or out of bounds falls back to its default, so that nothing fails at start."""
    chosen: dict[str, Any] = {}
    saved = read_json(_file()) or {}
    for declared in Preferences.declared():
        try:
            chosen[declared.name] = declared.check(saved[declared.name])
        except (KeyError, TypeError, StudioError):
            continue
    return Preferences(**chosen)


def write(preferences: Preferences) -> None:
    """Save the choices; a crash leaves the old file or the new one, never half."""
    try:
        write_json(_file(), asdict(preferences), "the settings")
    except OSError as error:
        raise StudioError("The settings could not be saved.",
                          f"Look whether the home folder can be written and has room ({error.strerror}).") from error


def apply() -> None:
    """Make the choices known to all that computes in this process; a variable that was set by hand wins."""
    chosen = asdict(read())
    for variable, name in _VARIABLES.items():
        if variable not in _SET_BY_HAND:
            os.environ[variable] = "" if chosen[name] is None else str(chosen[name])


def training_threads() -> int:
    """As chosen, or all processors but one."""
    return read().threads or max(1, processors() - 1)


def cache_size() -> int:
    """Bytes of what `clear_cache` would free."""
    return sum(size for _, _, size in _cached())


def clear_cache() -> int:
    """Delete what can be made again; returns the bytes freed."""
    return _delete(_cached())


def trim_cache() -> int:
    """Delete the longest unused until the cache is within its chosen size; returns the bytes freed."""
    found = sorted(_cached())
    over = sum(size for _, _, size in found) - read().cache_gigabytes * 1e9
    doomed = []
    for entry in found:
        if over <= 0:
            break
        doomed.append(entry)
        over -= entry[2]
    return _delete(doomed)


def _file() -> Path:
    return paths.home() / "settings.json"


def _cached() -> list[tuple[float, Path, int]]:
    """(last used, file, bytes) of every file in the clearable folders."""
    found = chain.from_iterable(files_below(paths.cache() / name) for name in CLEARABLE)
    return [(max(facts.st_atime, facts.st_mtime), file, facts.st_size) for file, facts in found]


def _delete(entries: list[tuple[float, Path, int]]) -> int:
    """Files that are in use elsewhere (Windows holds them) stay."""
    freed = 0
    for _, file, size in entries:
        try:
            file.unlink()
        except OSError:
            continue
        freed += size
    return freed
