"""Models of the Hugging Face hub, through its own client and cache."""

import threading
from pathlib import Path
from typing import Any

from engine.errors import Stopped, StudioError
from engine.models.catalogue import stand_ins
from engine.models.fetch_progress import FetchWatch

_UNWANTED = ["onnx/*", "openvino/*", "coreml/*", "*/onnx/*", "open_clip*"]  # the same weights for other programs
_FILES = ["*.json", "*.txt", "*.model"]
# Which weights, best first. The second are pickles, as older models have no others: they are read by torch's `weights_only`, which
# makes tensors and runs no code.
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


def copy(repo: str) -> Path | None:
    """The complete snapshot that is in the cache already."""
    from huggingface_hub import constants

    if repo.count("/") != 1 or not all(repo.split("/")):
        raise StudioError(f"hf://{repo} is not an address of the Hugging Face hub.", "Write hf://user/repo.")
    if not Path(constants.HF_HUB_CACHE, f"models--{repo.replace('/', '--')}").is_dir():  # the quick no, for lists of models
        return None
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for weights in _WEIGHTS:
        try:
            found = Path(snapshot_download(repo, allow_patterns=[*_FILES, weights], ignore_patterns=_UNWANTED, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError, OSError):  # none, half of one, or no name that the hub knows
            continue
        if any(found.rglob(weights)):
            return found
    return None


def fetch(repo: str, watch: FetchWatch) -> Path:
    """The snapshot of user/repo, through the Hugging Face cache. Files that an earlier, broken fetch completed are not fetched again."""
    from huggingface_hub import constants, snapshot_download

    constants.HF_HUB_DISABLE_XET = True  # its transfers cannot be stopped; the same files come over HTTP
    constants.DOWNLOAD_CHUNK_SIZE = 1 << 18  # bytes between two looks at the watch; 10 MB are many seconds of a slow line
    watch.step(f"Fetching hf://{repo}")
    for weights in _WEIGHTS:
        try:
            found = Path(snapshot_download(repo, allow_patterns=[*_FILES, weights], ignore_patterns=_UNWANTED, etag_timeout=10,
                                           tqdm_class=_bars(watch)))
        except Stopped:
            raise
        except Exception as error:  # network, proxy and cache errors come in many classes
            raise _said(repo, error) from error
        if any(found.rglob(weights)):
            return found
    raise StudioError(f"hf://{repo} has no weights that can be read here.",
                      "They are safetensors, or a pytorch_model.bin; take another model.")


def _said(repo: str, error: Exception) -> StudioError:
    from huggingface_hub import constants
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if isinstance(error, GatedRepoError):
        return StudioError(f"hf://{repo} asks for a consent first.",
                           "Accept its terms on the hub, log in with `hf auth login`, and try again.")
    if isinstance(error, RepositoryNotFoundError):
        return StudioError(f"hf://{repo} is not on the Hugging Face hub, or is private.", "Check the spelling, or log in.")
    return StudioError(f"hf://{repo} could not be fetched: the Hugging Face hub ({constants.ENDPOINT}) was not reached or broke off, and "
                       "there is no copy on this computer.", f"Check the connection, or use {stand_ins(f'hf://{repo}')}.")


def _bars(watch: FetchWatch) -> Any:
    """The class of progress bars that the hub's client takes: nothing is drawn, and the bar of bytes written feeds the watch."""
    from huggingface_hub.utils import tqdm

    class Bar(tqdm):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            self._lock, self._count = threading.Lock(), 0
            # What came and what was written are the same over HTTP: one of the two is told. A third bar counts files.
            self._tells = options.get("unit") == "B" and options.get("name") != "huggingface_hub.snapshot_download.transfer"
            super().__init__(*arguments, **{**options, "disable": True})

        def update(self, n: float | None = 1) -> None:
            with self._lock:  # several files come at once, each in a thread of its own
                self._count += int(n or 0)
            watch.at(self._count, int(self.total or 0)) if self._tells else watch.check()

    return Bar
