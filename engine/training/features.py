"""What lies below the cut, computed once for every row: in memory while it is used, on disk for the next run."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine import paths
from engine.inference.batching import plan, token_budget
from engine.inference.devices import autocast
from engine.training.events import Reporter
from engine.training.rows import DenseRows, RaggedRows, Rows

if TYPE_CHECKING:
    from engine.models.base import BaseModel

CACHE_BYTES = 4_000_000_000
SHARE_OF_CACHE = 0.5  # what is larger than this share of the cache would only push everything else out


def computed_below(model: "BaseModel", tokens: RaggedRows, cut: int | None, precision: str, reporter: Reporter,
                   keep: bool = True) -> Rows:
    """Hidden states at the cut, or with no cut the pooled features, in half precision, from the cache if they are there."""
    file = paths.cache() / "features" / f"{_key(model, tokens, cut, precision)}.safetensors" if keep else None
    values = _load(file) if file else None
    if values is None:
        values = _compute(model, tokens, cut, precision, reporter)
        if file:
            _store(file, values)
    else:
        reporter.log("The frozen layers' values were still there from an earlier run.")
    return DenseRows("features", values) if cut is None else RaggedRows("hidden", values, tokens.lengths)


@torch.no_grad()
def _compute(model: "BaseModel", tokens: RaggedRows, cut: int | None, precision: str, reporter: Reporter) -> Tensor:
    model.eval()
    half = torch.bfloat16 if precision == "bf16" else torch.float16
    values, done = torch.empty(0), 0
    starts = torch.from_numpy(np.cumsum(tokens.lengths) - tokens.lengths)
    for chosen in map(torch.tensor, plan(tokens.lengths.tolist(), token_budget(model.device.type))):
        reporter.check_stop()
        batch = tokens.batch(chosen)
        ids, mask = batch["input_ids"].to(model.device), batch["attention_mask"].to(model.device)
        with autocast(model.device, precision):
            part = model.features(ids, mask) if cut is None else model.below(ids, mask, cut)
        part = part.float().clamp(-65504, 65504).to(half).cpu()
        if not done:
            values = torch.empty(len(tokens) if cut is None else len(tokens.flat), part.shape[-1], dtype=half)
        if cut is None:
            values[chosen] = part
        else:
            keep = batch["attention_mask"].bool()
            places = starts[chosen][:, None] + torch.arange(keep.shape[1])
            values[places[keep]] = part[keep]
        done += len(chosen)
        reporter.progress("features", done, len(tokens))
    return values


def _key(model: "BaseModel", tokens: RaggedRows, cut: int | None, precision: str) -> str:
    """Of the content: the same texts through the same weights up to the same cut."""
    digest = hashlib.sha256(f"2 {type(model).__name__} {model.recipe} {cut} {precision}".encode())
    for name, value in sorted(model.state_dict().items()):
        if not name.startswith("head."):
            digest.update(name.encode())
            digest.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy())
    digest.update(tokens.lengths.tobytes())
    digest.update(tokens.flat.numpy())
    return digest.hexdigest()[:32]


def _load(file: Path) -> Tensor | None:
    try:
        values = load_file(file)["values"]
        os.utime(file)
        return values
    except (OSError, SafetensorError, KeyError):
        return None


def _store(file: Path, values: Tensor) -> None:
    """Keep the values for the next run. The cache is a convenience: a full disk only means that there is none."""
    size = values.numel() * values.element_size()
    if size > CACHE_BYTES * SHARE_OF_CACHE:
        return
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _make_room(file.parent, CACHE_BYTES - size)
        save_file({"values": values}, temporary)
        os.replace(temporary, file)
    except (OSError, SafetensorError):
        temporary.unlink(missing_ok=True)


def _make_room(folder: Path, limit: int) -> None:
    """Delete the files that were not used for the longest time until the rest is within the limit."""
    files = sorted(((item.stat().st_mtime, item.stat().st_size, item) for item in folder.iterdir() if item.is_file()), reverse=True)
    total = 0
    for _, size, item in files:
        total += size
        if total > limit:
            item.unlink(missing_ok=True)
