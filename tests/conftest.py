"""What every test has: a home folder of its own, and no way to a model hub."""

import os
import shutil
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # before anything reads it: a test must not wait for a hub
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of this test alone."""
    folder = tmp_path / "home"
    monkeypatch.setenv("STUDIO_HOME", str(folder))
    monkeypatch.delenv("STUDIO_DATABASE_URL", raising=False)
    return folder


@pytest.fixture(scope="session")
def presets_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder in which the embedded models were made ready: once for all tests, as unpacking one takes half a minute."""
    from engine import presets

    folder = tmp_path_factory.mktemp("presets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_HOME", str(folder))
        presets.fetch()
    return folder


@pytest.fixture
def embedded(home: Path, presets_made: Path) -> None:
    """The home folder of this test has the embedded models from the start."""
    shutil.copytree(presets_made, home, copy_function=os.link, dirs_exist_ok=True)


@pytest.fixture
def exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute in full fp32: in bf16, or in TF32 on a GPU, the order of sums alone changes answers."""
    import torch

    monkeypatch.setenv("STUDIO_PRECISION", "fp32")
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data sets, which lies beside the code and is no part of it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data sets are not here ({SHARED_DATA})")
    return SHARED_DATA
