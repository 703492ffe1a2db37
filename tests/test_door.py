"""`import engine` is light."""

import subprocess
import sys
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).parents[1]


def test_importing_the_engine_loads_nothing_heavy() -> None:
    code = ("import sys, engine, engine.tasks, engine.models.catalogue, engine.presets, engine.training.settings; "
            "engine.TextClassification; "
            "print(sorted({'torch', 'transformers', 'pandas', 'numpy', 'pytorch_lightning', 'streamlit'} & set(sys.modules)))")
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert found.stdout.strip() == "[]"


def test_all_that_the_door_names_is_behind_it() -> None:
    for name in dir(engine):
        if not name.startswith("_"):
            assert getattr(engine, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no 'Nonsense'"):
        _ = engine.Nonsense
