"""A disk that fills up while a run is saved: first as a limit on the size of files, then, where that can be made, as a real small disk."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import runs
from engine.hub import database
from tests.runs import tiny
from tests.runs.helpers import ROOT

PROGRAM = """
import json, os, sys
from engine import runs
from tests.runs import tiny
from engine.models.auto_model import AutoModel
import engine.training.fit
run = runs.start("text-classification", tiny.params(), sys.argv[1], method="head", epochs=2, validation_split=tiny.split())
found = runs.wait(run, timeout=120)
print(json.dumps({"state": found.state, "error": found.error, "has_model": found.has_model}))
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An encoder of 2 MB, more than will fit."""
    return tiny.write_encoder(tmp_path_factory.mktemp("models") / "large", width=192)


def train(encoder: str, home: Path, limit: int | None = None) -> dict[str, object]:
    def lower() -> None:
        import resource

        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run([sys.executable, "-c", PROGRAM, encoder], cwd=ROOT, env={**os.environ, "STUDIO_HOME": str(home)}, text=True,
                          capture_output=True, preexec_fn=lower, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_model_that_cannot_be_written_fails_the_run_in_plain_words_and_leaves_nothing_half_written(large: str, home: Path) -> None:
    found = train(large, home, limit=1_500_000)
    assert found["state"] == "failed" and not found["has_model"]
    assert found["error"] == {"message": "The disk is full: nothing was saved.",
                              "hint": "Free some space and try again. Nothing half-written was left behind."}
    run = runs.list()[0]
    assert sorted(path.name for path in (home / "runs" / run.id).iterdir()) == ["params.parquet", "run.json"]
    assert runs.wait(runs.repeat(run.id), timeout=120).state == "finished", "with room again the same run succeeds"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1.5 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(place)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("only an administrator can make a small disk")
    try:
        yield place
    finally:
        database.close()  # a disk with an open file stays
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="a disk in memory is made with Linux's mount")
def test_a_really_full_disk_fails_the_run_and_the_database_stays_whole(large: str, small_disk: Path,
                                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    found = train(large, small_disk / "home")
    assert found["state"] == "failed" and "disk is full" in str(found["error"])
    monkeypatch.setenv("STUDIO_HOME", str(small_disk / "home"))
    run = runs.list()[0]
    assert run.state == "failed" and not run.has_model
    assert sorted(path.name for path in (small_disk / "home" / "runs" / run.id).iterdir()) == ["params.parquet", "run.json"]
    assert runs.delete(run.id) > 0
