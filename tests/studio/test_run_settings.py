from engine import runs
from engine.training.settings import Settings
from studio.run_settings import difference_text, differences, setting_rows, setting_text
from tests.studio import stored_runs


def test_each_setting_says_who_chose_it() -> None:
    given = Settings(epochs=3).to_dict()
    rows = {row.name: row for row in setting_rows(given, {**given, "method": "partial", "learning_rate": 3e-4, "layers": 2})}
    assert rows["epochs"].chosen_by == "You"
    assert rows["method"].chosen_by == "Automatic"
    assert (rows["learning_rate"].value, rows["learning_rate"].chosen_by) == ("0.0003", "The method")
    assert rows["seed"].chosen_by == "Default"
    assert (rows["layers"].label, rows["layers"].chosen_by) == ("Layers", "The method")


def test_values_are_said_as_people_say_them() -> None:
    assert [setting_text(value) for value in (None, True, 0.05, 65_536, 42, "bf16")] == ["–", "yes", "0.05", "65,536", "42", "bf16"]
    assert setting_text(([0, 1, 2], [3])) == "given rows: 3 to train, 1 to measure"


def test_the_estimate_stands_beside_what_it_took() -> None:
    run = runs.get(stored_runs.finished())
    assert difference_text(run) == "Estimated: about 10 s (8 s to 15 s); the training itself took 12 s, 20% longer."
    waiting = runs.get(stored_runs.enter("20261122-104211-0002", estimate=None))
    assert difference_text(waiting) == ""


def test_only_settings_that_differ_are_compared() -> None:
    assert differences({"a": {"epochs": 3, "seed": 1}, "b": {"epochs": 5, "seed": 1}}) == {"Epochs": ["3", "5"]}
