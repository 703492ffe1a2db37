"""Models of Kaggle, through the package kagglehub where somebody installed it, and its cache."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from engine.errors import StudioError
from engine.models.catalogue import stand_ins
from engine.models.fetch_progress import FetchWatch

_PROGRAM = "import sys, kagglehub; print(kagglehub.model_download(sys.argv[1]))"  # a process of its own, as it can be ended at any time


def copy(handle: str) -> Path | None:
    """The newest version of user/model/framework/variation that was fetched whole: kagglehub leaves a mark beside such a one."""
    versions = [_cache(handle) / handle.rsplit("/", 1)[1]] if handle.count("/") == 4 else list(_cache(handle).glob("[0-9]*/"))
    whole = [path for path in versions if path.is_dir() and path.with_name(f"{path.name}.complete").exists()]
    return max(whole, key=lambda path: int(path.name), default=None)


def fetch(handle: str, watch: FetchWatch) -> Path:
    """user/model/framework/variation, with or without /version. A fetch that was stopped goes on where it broke off."""
    if handle.count("/") not in (3, 4):
        raise StudioError(f"kaggle://{handle} is not a Kaggle model.", "Write kaggle://user/model/framework/variation.")
    if importlib.util.find_spec("kagglehub") is None:
        raise StudioError("Models from Kaggle need the package kagglehub.", "Install it with `pip install kagglehub`.")
    watch.step(f"Fetching kaggle://{handle}")
    said = _run([sys.executable, "-c", _PROGRAM, handle], _cache(handle), watch)
    if not said:
        raise StudioError(f"kaggle://{handle} could not be fetched: Kaggle was not reached, or has no such model for you.",
                          f"Check the name and the connection, or use {stand_ins(f'kaggle://{handle}')}.")
    return Path(said.splitlines()[-1])


def _run(command: list[str], folder: Path, watch: FetchWatch) -> str:
    """What the command said, or "" where it failed; ended when the watch says stop. Its bytes are those that gather in the folder."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            while process.poll() is None:
                watch.at(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()))
                try:
                    process.wait(0.3)
                except subprocess.TimeoutExpired:
                    continue
        except BaseException:
            process.kill()
            raise
        said = process.stdout.read().strip() if process.stdout else ""
    return "" if process.returncode else said


def _cache(handle: str) -> Path:
    """Where kagglehub keeps the versions of a variation."""
    base = os.environ.get("KAGGLEHUB_CACHE") or Path.home() / ".cache" / "kagglehub"
    return Path(base, "models", *handle.split("/")[:4])
