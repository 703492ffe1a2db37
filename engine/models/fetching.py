"""Models from public hubs. Nothing here is needed by the embedded models; without a connection one sentence says so."""

import importlib
from pathlib import Path

from engine.errors import StudioError
from engine.models.catalogue import PRESETS

_WANTED = ["*.json", "*.safetensors", "*.txt", "*.model"]  # no pickles: only what loads without running code


def from_hugging_face(repo: str) -> Path:
    """The local snapshot of user/repo, from the cache or the hub."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if repo.count("/") != 1:
        raise StudioError(f"hf://{repo} is not an address of the Hugging Face hub.", "Write hf://user/repo.")
    try:
        return Path(snapshot_download(repo, allow_patterns=_WANTED, etag_timeout=10))
    except GatedRepoError as error:
        raise StudioError(f"hf://{repo} asks for a consent first.",
                          "Accept its terms on the hub, log in with `hf auth login`, and try again.") from error
    except RepositoryNotFoundError as error:
        raise StudioError(f"hf://{repo} is not on the Hugging Face hub, or is private.", "Check the spelling, or log in.") from error
    except Exception as error:  # network, proxy and cache errors come in many classes
        raise StudioError(f"hf://{repo} could not be fetched: the Hugging Face hub was not reached and there is no copy on this computer.",
                          f"Check the connection, or use a model that comes with the studio: {_embedded()}.") from error


def from_kaggle(handle: str) -> Path:
    """The local copy of user/model/framework/variation, through the kagglehub package."""
    if handle.count("/") not in (3, 4):
        raise StudioError(f"kaggle://{handle} is not a Kaggle model.", "Write kaggle://user/model/framework/variation.")
    try:
        kagglehub = importlib.import_module("kagglehub")
    except ImportError:
        raise StudioError("Models from Kaggle need the package kagglehub.", "Install it with `pip install kagglehub`.") from None
    try:
        return Path(kagglehub.model_download(handle))
    except Exception as error:  # as above
        raise StudioError(f"kaggle://{handle} could not be fetched.",
                          f"Check the name and the connection, or use a model that comes with the studio: {_embedded()}.") from error


def _embedded() -> str:
    return ", ".join(preset.name for preset in PRESETS if preset.embedded)
