import pytest

from engine.training.rouge import common_length, mean_rouge, rouge


def test_the_scores_are_those_worked_out_by_hand() -> None:
    scores = rouge("the cat sat on the mat", "the cat lay on a mat today")
    assert scores["rouge_1"] == pytest.approx(2 * 4 / 13), "the, cat, on, mat: a second `the` finds no partner"
    assert scores["rouge_2"] == pytest.approx(2 * 1 / 11), "`the cat` alone"
    assert scores["rouge_l"] == pytest.approx(2 * 4 / 13)


def test_order_counts_for_the_longest_sequence_only() -> None:
    scores = rouge("one two three", "three two one")
    assert (scores["rouge_1"], scores["rouge_2"]) == (1.0, 0.0)
    assert scores["rouge_l"] == pytest.approx(1 / 3)


def test_the_longest_sequence_may_have_gaps_but_no_word_twice() -> None:
    assert common_length("a b c b d a b".split(), "b d c a b a".split()) == 4
    assert common_length(["a"], ["a", "a"]) == 1
    assert common_length([], ["a"]) == 0


def test_case_and_marks_do_not_count_and_every_script_does() -> None:
    assert rouge("Zürich, ИЮНЬ!", "zürich июнь") == {"rouge_1": 1.0, "rouge_2": 1.0, "rouge_l": 1.0}


def test_an_empty_text_scores_nothing_and_means_are_over_all_pairs() -> None:
    assert rouge("", "a") == rouge("a", "…") == {"rouge_1": 0.0, "rouge_2": 0.0, "rouge_l": 0.0}
    assert mean_rouge(["a", ""], ["a", "a"])["rouge_l"] == 0.5
