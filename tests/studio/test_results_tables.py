import math

from studio.results_tables import class_table, interval_text, metric, mistakes_table, most_confused, plain, value_text, verdict
from tests.studio.stored_runs import evaluation


def test_a_share_is_said_in_percent_and_a_loss_in_digits() -> None:
    assert value_text("accuracy", 0.9344) == "93.4%"
    assert value_text("val_loss", 0.123456) == "0.1235"
    assert value_text("accuracy", None) == value_text("accuracy", math.nan) == "–"
    assert interval_text(evaluation()) == "70.0% to 90.0%"


def test_a_metric_without_words_keeps_its_name() -> None:
    assert metric("mean_rank").label == "Mean rank"


def test_training_helped_only_if_the_whole_interval_is_above_the_best_baseline() -> None:
    assert verdict(evaluation(0.8, (0.7, 0.9))) == "Training helped: clearly better than the model before training (60.0%)."
    assert verdict(evaluation(0.65, (0.5, 0.8))).startswith("Not clear that training helped")
    assert verdict(evaluation(0.3, (0.2, 0.4))).startswith("Training did not help")


def test_a_model_without_zero_shot_is_held_against_the_commonest_answer() -> None:
    assert "always the commonest answer (40.0%)" in verdict(evaluation(baselines={"majority": 0.4, "zero-shot": None}))
    assert verdict(evaluation(baselines={})) == "There is nothing to compare it with."


def test_the_weakest_class_comes_first() -> None:
    assert list(class_table(evaluation())["label"]) == ["refund", "delivery", "praise"]
    assert class_table(evaluation(per_class=[])).empty


def test_the_most_confused_classes_keep_the_order_of_the_labels() -> None:
    assert most_confused(evaluation(), 2) == [0, 2]
    assert most_confused(evaluation(confusion=None), 2) == []


def test_mistakes_bear_the_row_numbers_of_the_file_where_they_are_known() -> None:
    assert list(mistakes_table(evaluation())["row"]) == [6, 2]
    assert list(mistakes_table(evaluation(), row_numbers=[2, 3, 5, 6, 7, 9])["row"]) == [9, 3]


def test_several_labels_of_a_mistake_are_joined() -> None:
    mistake = {"row": 0, "text": "x", "truth": ["a", "b"], "predicted": [], "probability": 0.9}
    table = mistakes_table(evaluation(mistakes=[mistake]))
    assert (table["truth"][0], table["predicted"][0]) == ("a, b", "")


def test_nothing_in_somebodys_words_turns_into_markup() -> None:
    assert plain("*a* [b](c) :red[d] $e$") == r"\*a\* \[b\]\(c\) \:red\[d\] \$e\$"
