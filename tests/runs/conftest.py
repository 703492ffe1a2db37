from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import runs
from tests.runs import tiny


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a tiny text encoder."""
    return tiny.write_encoder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def nothing_trains_afterwards(home: Path) -> Iterator[None]:
    yield
    assert runs.shutdown(timeout=60)
