import shutil
from pathlib import Path

import pytest

from tests.runs import tiny


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package folder with a tiny finetuned classifier and samples, as a run leaves it."""
    import json

    from engine.models.auto_model import AutoModel
    from engine.models.packages import write_package
    from engine.training.fit import fit
    from engine.training.settings import Settings

    place = tmp_path_factory.mktemp("trained")
    model = AutoModel.from_pretrained(tiny.write_encoder(place / "encoder"))
    fit(model, "text-classification", "single_label", tiny.params(), Settings(method="head", epochs=8, validation_split=tiny.split()))
    write_package(model, place / "model", name="tiny", description="", tasks=None, details=None)
    rows = [{"text": text} for text in tiny.params(8)["texts"]]
    (place / "model" / "samples.json").write_text(json.dumps({"task": "text-classification", "rows": rows}))
    return place / "model"


@pytest.fixture
def own_copy(trained: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(trained, tmp_path / "own-copy"))
