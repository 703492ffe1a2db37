"""The declarations of the methods, and the choice among them."""

import subprocess
import sys

import pytest

from engine.errors import StudioError
from engine.training.methods import METHODS, Hardware, ModelInfo, choose, method_named
from engine.training.settings import Settings

CHOSEN_LATER = {"batch_size", "rank", "alpha", "targets", "max_input_length", "max_output_length"}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_has_a_value_for_every_open_setting(name):
    resolved = METHODS[name].resolve(Settings(), 6, 1000).to_dict()
    assert {key for key, value in resolved.items() if value is None} <= CHOSEN_LATER
    assert resolved["method"] == name


def test_few_rows_are_seen_more_often():
    epochs = [METHODS["partial"].resolve(Settings(), 6, rows).epochs for rows in (100, 5_000, 10_000, 1_000_000)]
    assert epochs == [20, 8, 4, 3]


def test_few_rows_have_patience_for_as_many_steps():
    patience = [METHODS["partial"].resolve(Settings(), 6, rows).early_stopping_epochs for rows in (260, 1_000, 10_000)]
    assert patience == [10, 3, 2]
    assert METHODS["partial"].resolve(Settings(early_stopping_epochs=0), 6, 260).early_stopping_epochs == 0
    assert METHODS["partial"].resolve(Settings(early_stopping_epochs=1), 6, 260).early_stopping_epochs == 1


def test_what_the_user_chose_is_kept():
    assert METHODS["partial"].resolve(Settings(epochs=3, cut=2), 6, 1000).cut == 2


@pytest.mark.parametrize(("rows", "classes", "model", "hardware", "method"), [
    (100, 20, ModelInfo(20_000_000, 6), Hardware("cpu", 2), "head"),
    (10_000, 77, ModelInfo(22_000_000, 6), Hardware("cpu", 2), "partial"),
    (5_000_000, 77, ModelInfo(22_000_000, 6), Hardware("cpu", 2), "head"),
    (10_000, 77, ModelInfo(22_000_000, 6), Hardware("cuda", 8), "full"),
    (10_000, 77, ModelInfo(7_000_000_000, 32), Hardware("cuda", 8), "lora"),
    (10_000, 77, ModelInfo(22_000_000, None), Hardware("cpu", 2), "full"),
    (10_000, 77, ModelInfo(22_000_000, 6, best="head"), Hardware("cpu", 2), "head"),
])
def test_auto_picks_by_rows_model_and_hardware_and_says_why(rows, classes, model, hardware, method):
    name, why = choose(rows, classes, model, hardware)
    assert name == method and why.endswith(".")


def test_an_unknown_method_is_refused():
    with pytest.raises(StudioError, match="magic"):
        method_named("magic")


def test_methods_settings_events_and_results_are_light():
    code = ("import sys, engine.training.methods, engine.training.settings, engine.training.events, engine.training.results; "
            "print(sorted({'torch', 'transformers', 'pytorch_lightning', 'numpy'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
