"""A saved model as a zip that needs nothing of the studio; ready only after it answered as here, unpacked elsewhere.

model/ weights and config.json · predict.py · golden.json (inputs of each of its tasks with the answers at export) · requirements.txt ·
MODEL_CARD.md · engine/ (the source that inference needs, so that the answers are the very same)
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import engine
from engine import disk, paths
from engine.errors import StudioError
from engine.hub import folders
from engine.hub.cards import CARD, Card
from engine.hub.model_card import model_card
from engine.hub.models import get
from engine.models.packages import ADAPTERS
from engine.training.events import Event, Progress, ignore

SOURCE = ("__init__.py", "errors.py", "fields.py", "images.py", "paths.py", "words.py", "models", "inference", "similarity", "tasks")
CHECK_SECONDS = 900
GOLDEN_LEAST = 5
_KEPT = ("PATH", "SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL", "OMP_NUM_THREADS", "STUDIO_PRECISION",
         "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")

ADAPTERS_USE = """# {name}: its adapters alone

They make of {base} what the training made of it:

```python
import engine

model = engine.load_lora(engine.load("{base}"), "adapters")
```

They fit only the very weights that they were trained on; with others they are refused.
"""

_building = threading.Lock()


@dataclass(frozen=True)
class Export:
    """A zip that is ready. verified: a fresh process gave the golden answers from it; log: what it said."""

    path: Path
    sha256: str
    size: int
    verified: bool
    log: str


def ready(name: str) -> Export | None:
    """The zip of the model as it is now, if it was built before; looks only."""
    return _ready(_folder(get(name)))


def build(name: str, report: Callable[[Event], None] = ignore) -> Export:
    """The zip of a saved model, built and verified unless that was done before. Takes some ten seconds.

    Raises StudioError if a fresh process does not give the same answers from it, and for a full disk.
    """
    card = get(name)
    target = _folder(card)
    with _building:
        if (found := _ready(target)) is not None:
            return found
        with folders.publishing(target, replace=True) as folder:
            report(Progress("Packing", 0, 3))
            archive = folder / f"{name}.zip"
            golden = _golden(card)
            _pack(card, golden, archive)
            report(Progress("Checking in a fresh process", 1, 3))
            log = verify(archive)
            with archive.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            export = Export(target / archive.name, digest, archive.stat().st_size, True, log)
            disk.write_json(folder / "export.json", {**asdict(export), "path": archive.name})
    report(Progress("Ready", 3, 3))
    return export


def adapters(name: str) -> Path | None:
    """A zip of the adapters alone, a few MB that make the base model this one; None where the model has none."""
    card = get(name)
    folder = card.folder / ADAPTERS
    if not folder.is_dir():
        return None
    target = _folder(card).with_suffix(".adapters.zip")
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        disk.write_atomically(target, partial(_pack_adapters, folder, card), target.name)
    return target


def verify(archive: Path) -> str:
    """Unpack a zip into an empty folder and run its `predict.py --check` in a fresh process with a bare environment; its words.

    Raises StudioError with the end of what the process said if it did not pass.
    """
    with tempfile.TemporaryDirectory(prefix="export-", dir=paths.cache()) as place:
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(place)
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ} | {"HOME": place, "USERPROFILE": place}
        try:
            done = subprocess.run([sys.executable, "-s", "predict.py", "--check"], cwd=place, env=environment, capture_output=True,
                                  text=True, encoding="utf-8", errors="replace", timeout=CHECK_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise StudioError("The download's check did not end in time.", "Try again when the computer has less to do.") from error
    said = f"{done.stdout}\n{done.stderr}".strip()
    if done.returncode != 0:
        last = said.splitlines()[-1] if said else f"It ended with {done.returncode}."
        raise StudioError("The download was not made: unpacked in another folder it does not answer as here.", f"The check said: {last}")
    return said


def _ready(folder: Path) -> Export | None:
    stored = disk.read_json(folder / "export.json")
    if not stored or not (folder / stored["path"]).is_file():
        return None
    return Export(**{**stored, "path": folder / stored["path"]})


def _folder(card: Card) -> Path:
    """Where the zip of exactly this model, card and source is kept."""
    digest = hashlib.sha256(card.fingerprint.encode())
    for path in (card.folder / "config.json", card.folder / CARD, _predict(), *(path for path, _ in _source())):
        digest.update(path.name.encode() + path.read_bytes() if path.is_file() else b"")
    return paths.cache() / "exports" / f"{card.name}-{digest.hexdigest()[:16]}"


def _golden(card: Card) -> dict[str, Any]:
    """Inputs of each task with the answers that the model gives them here, in the model's own precision; the main task first.

    {"precision": "bfloat16", "checks": [{"task": ..., "rows": [...], "answers": [...]}, ...]}
    """
    from engine.hub.predict import computes_in
    from engine.models.packages import read_package
    from engine.tasks import TASKS

    samples = disk.read_json(card.folder / "samples.json") or {}
    model = read_package(card.folder)
    names = dict.fromkeys([samples.get("task") or card.tasks[0], *card.tasks])
    checks = [_check(TASKS[name], model, samples.get("rows") if name == samples.get("task") else []) for name in names if name in TASKS]
    if not checks:
        raise StudioError(f"There is nothing to check {card.name} with.", f"It serves {', '.join(card.tasks) or 'no task'}.")
    return {"precision": computes_in(), "checks": checks}


def _check(task: Any, model: Any, rows: Any) -> dict[str, Any]:
    """Rows of its training, filled up with the task's examples, and what the model answers to them."""
    names = {field.name for field in (*task.inputs, *task.options)}
    rows = [{key: value for key, value in row.items() if key in names} for row in rows or []]
    while len(rows) < GOLDEN_LEAST:
        rows += [_carried(task, example) for example in task.examples]
    return {"task": task.name, "rows": rows, "answers": task(model=model).answer(rows)}


def _carried(task: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its images inside, as base64: their files stay behind."""
    images = {field.name for field in task.inputs if field.kind == "image"}
    return {name: base64.b64encode(Path(value).read_bytes()).decode() if name in images else value for name, value in row.items()}


def _pack(card: Card, golden: dict[str, Any], archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("MODEL_CARD.md", model_card(card, golden))
        packed.writestr("golden.json", json.dumps(golden, ensure_ascii=False, indent=1))
        packed.writestr("requirements.txt", requirements(card.folder))
        packed.write(_predict(), "predict.py")
        for path, name in _source():
            packed.write(path, name)
        for path in sorted(card.folder.rglob("*")):
            if path.is_file() and path.name not in (CARD, "samples.json"):
                stored = zipfile.ZIP_STORED if path.stat().st_size > 1_000_000 else zipfile.ZIP_DEFLATED  # weights hardly shrink
                packed.write(path, f"model/{path.relative_to(card.folder).as_posix()}", compress_type=stored)


def _pack_adapters(folder: Path, card: Card, file: BinaryIO) -> None:
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("USE.md", ADAPTERS_USE.format(name=card.name, base=card.base or "its base model"))
        for path in sorted(folder.iterdir()):
            packed.write(path, f"{ADAPTERS}/{path.name}")


def requirements(folder: Path) -> str:
    """The package's pins without the suffix of a local build (torch 2.13.0+cpu), which no index has."""
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return "".join(f"{line.split('+', 1)[0]}\n" for line in lines)


def _predict() -> Path:
    return Path(__file__).with_name("predict.py")


def _source() -> Iterator[tuple[Path, str]]:
    """The engine's files that inference needs, with their names in the zip."""
    root = Path(str(engine.__file__)).parent
    for name in SOURCE:
        found = sorted((root / name).rglob("*.py")) if (root / name).is_dir() else [root / name]
        for path in found:
            yield path, f"engine/{path.relative_to(root).as_posix()}"
