"""What lies below the cut, computed once for every row: in memory while it is used, on disk for the next run."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine import paths
from engine.disk import make_room
from engine.inference.batching import plan, token_budget
from engine.inference.devices import autocast
from engine.models.fingerprint import add_weights
from engine.models.head import TOPS
from engine.training.events import Reporter
from engine.training.rows import DenseRows, JoinedRows, OpenedRows, RaggedRows, Rows

if TYPE_CHECKING:
    from engine.training.learners import Learner

CACHE_BYTES = 4_000_000_000
SHARE_OF_CACHE = 0.5  # what is larger than this share of the cache would only push everything else out


def computed_below(learner: "Learner", rows: Rows, cut: int | None, precision: str, reporter: Reporter, keep: bool = True) -> Rows:
    """Hidden states at the cut, or with no cut the features of a head, in half precision, from the cache if they are there."""
    file = paths.cache() / "features" / f"{_key(learner, rows, cut, precision)}.safetensors" if keep else None
    values = _load(file) if file else None
    if values is None:
        values = _compute(learner, rows, cut, precision, reporter)
        if file:
            _store(file, values)
    else:
        reporter.log("The frozen layers' values were still there from an earlier run.")
    tokens = _tokens(rows)
    if cut is None:
        return DenseRows("features", values)
    return DenseRows("hidden", values) if tokens is None else RaggedRows("hidden", values, tokens.lengths)


def _tokens(rows: Rows) -> RaggedRows | None:
    """The part that says how long each row is; None where all are of one shape."""
    first = rows.parts[0] if isinstance(rows, JoinedRows) else rows
    return first if isinstance(first, RaggedRows) else None


@torch.no_grad()
def _compute(learner: "Learner", rows: Rows, cut: int | None, precision: str, reporter: Reporter) -> Tensor:
    learner.model.eval()
    half = torch.bfloat16 if precision == "bf16" else torch.float16
    values, done, device, tokens = torch.empty(0), 0, learner.device, _tokens(rows)
    starts = None if tokens is None or cut is None else torch.from_numpy(np.cumsum(tokens.lengths) - tokens.lengths)
    for chosen in map(torch.tensor, plan(rows.lengths.tolist(), token_budget(device.type))):
        reporter.check_stop()
        batch = rows.batch(chosen)
        with autocast(device, precision):
            part = learner.below({key: value.to(device) for key, value in batch.items()}, cut)
        part = part.float().clamp(-65504, 65504).to(half).cpu()
        if not done:
            values = torch.empty(len(rows) if starts is None or tokens is None else len(tokens.flat),
                                 *part.shape[1 if starts is None else 2:], dtype=half)
        if starts is None:
            values[chosen] = part
        else:
            keep = batch["attention_mask"].bool()
            places = starts[chosen][:, None] + torch.arange(keep.shape[1])
            values[places[keep]] = part[keep]
        done += len(chosen)
        reporter.progress("features", done, len(rows))
    return values


def _digest_rows(digest: Any, rows: Rows) -> None:
    """The content of the rows: token ids, or the images themselves."""
    for part in rows.parts if isinstance(rows, JoinedRows) else (rows,):
        if isinstance(part, RaggedRows):
            digest.update(part.lengths.tobytes())
            digest.update(part.flat.numpy().tobytes())
        elif isinstance(part, OpenedRows):
            for value in part.inputs:
                _digest_input(digest, value)
        else:
            digest.update(part.values.contiguous().view(-1).view(torch.uint8).numpy().tobytes())


def _digest_input(digest: Any, value: Any) -> None:
    from engine.images import open_image
    from engine.training.images import Augmented

    if isinstance(value, tuple):
        for part in value:
            _digest_input(digest, part)
    elif isinstance(value, Augmented):
        digest.update(f"changed {value.seed} {value.strength} {value.mirrored}".encode())
        _digest_input(digest, value.image)
    elif isinstance(value, bytes | bytearray):
        digest.update(value)
    elif isinstance(value, os.PathLike) or (isinstance(value, str) and len(value) < 4096 and os.path.isfile(value)):
        digest.update(Path(value).read_bytes())
    elif isinstance(value, str):
        digest.update(value.encode())
    else:
        digest.update(open_image(value).tobytes())


def _key(learner: "Learner", rows: Rows, cut: int | None, precision: str) -> str:
    """Of the content: the same rows through the same weights up to the same cut."""
    digest = hashlib.sha256(f"3 {type(learner.model).__name__} {type(learner).__name__} {learner.recipe} {cut} {precision}".encode())
    add_weights(digest, learner.model, without=TOPS)
    _digest_rows(digest, rows)
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
        make_room(file.parent, CACHE_BYTES - size)
        save_file({"values": values}, temporary)
        os.replace(temporary, file)
    except (OSError, SafetensorError):
        temporary.unlink(missing_ok=True)
