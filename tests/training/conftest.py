"""One tiny encoder on disk for all training tests; each test gets a fresh model from it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.training import tiny


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    tiny.encoder(folder)
    return folder


@pytest.fixture
def new_model(encoder_folder: Path) -> Callable[[], Any]:
    from engine.models.st_model import STModel

    return lambda: STModel.from_folder(encoder_folder, name="tiny")
