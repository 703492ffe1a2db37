"""GGUF files (llama.cpp's quantised weights) turned once into what loads in a second: safetensors in bf16, and a tokeniser."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from engine.errors import StudioError
from engine.models.building import building
from engine.models.fetch_progress import FetchWatch
from engine.models.packages import write_folder

PARTS = 3  # reading, rebuilding, writing


def convert(file: Path, folder: Path, watch: FetchWatch | None = None) -> Path:
    """Write the checkpoint in `file` as the Hugging Face folder `folder`: complete or not at all. About 20 seconds for 100 MB."""
    watch = watch or FetchWatch()
    try:
        watch.step(f"Unpacking {file.name}, part 1 of {PARTS}")
        with _counted(watch):
            network, tokeniser = _read(file)
        watch.step(f"Unpacking {file.name}, part 2 of {PARTS}")
        network = _plain(network)
    except (OSError, ValueError, KeyError, NotImplementedError) as error:
        raise StudioError(f"{file.name} cannot be read.", "It is damaged or of an unknown kind; fetch it again.") from error
    watch.step(f"Unpacking {file.name}, part {PARTS} of {PARTS}")
    if folder.exists():  # what a crash or another version left
        shutil.rmtree(folder)

    def fill(part: Path) -> None:
        network.save_pretrained(str(part))
        tokeniser.save_pretrained(str(part))

    write_folder(folder, fill)
    return folder


@contextmanager
def _counted(watch: FetchWatch) -> Iterator[None]:
    """transformers draws a bar over the tensors that it unpacks; here the watch is told their bytes, and can stop between two."""
    from transformers import modeling_gguf_pytorch_utils as reader

    def told(tensors: Iterable[Any], **_: Any) -> Iterator[Any]:
        tensors, done = list(tensors), 0
        total = sum(int(tensor.n_bytes) for tensor in tensors)
        for tensor in tensors:
            yield tensor
            watch.at(done := done + int(tensor.n_bytes), total)

    drawn, reader.tqdm = reader.tqdm, told
    try:
        yield
    finally:
        reader.tqdm = drawn


@building()
def _read(file: Path) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    where = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    return AutoModelForCausalLM.from_pretrained(dtype=torch.bfloat16, **where), AutoTokenizer.from_pretrained(**where)


def _plain(network: Any) -> Any:
    """The same weights without the mark of quantised ones, which cannot be saved."""
    from transformers import AutoModelForCausalLM

    config = network.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    fresh = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    fresh.load_state_dict(network.state_dict())
    return fresh
