"""Losses against values worked out by hand, and against sentence-transformers' own."""

import math

import pytest
import torch

from engine.training.losses import ClassificationLoss, MeanOverTokens, PairLoss, SemiHardTripletLoss, SpanLoss


def test_pairs_are_the_squared_distance_of_cosine_and_score():
    first, second = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.0, 2.0], [3.0, 3.0]])  # cosines 0 and 1/sqrt(2)
    found = PairLoss()(torch.cat([first, second]), torch.tensor([0.5, 0.5]))
    assert float(found) == pytest.approx((0.25 + (1 / math.sqrt(2) - 0.5) ** 2) / 2, abs=1e-6)


def test_a_semi_hard_negative_is_the_nearest_that_is_farther_than_the_positive():
    angles = [0.0, 0.4, 0.2, 0.8]  # anchor and its positive; a negative that is too near, and one that is semi-hard
    vectors = torch.tensor([[math.cos(angle), math.sin(angle)] for angle in angles])
    groups = torch.tensor([0, 0, 1, 1])

    def reach(one: int, other: int) -> float:
        return float((vectors[one] - vectors[other]).norm())

    # 0-1: negative 3 (0.8 is farther than 0.4). 1-0: both are at 0.2 and 0.4, none farther: the farthest. 2-3 and 3-2 likewise.
    wanted = [reach(0, 1) - reach(0, 3), reach(1, 0) - max(reach(1, 2), reach(1, 3)),
              reach(2, 3) - max(reach(2, 0), reach(2, 1)), reach(3, 2) - reach(3, 0)]
    found = SemiHardTripletLoss(margin=1.0)(vectors, groups)
    assert float(found) == pytest.approx(sum(max(0.0, value + 1.0) for value in wanted) / 4, abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("margin", [0.2, 1.0])
def test_it_is_the_semi_hard_loss_of_sentence_transformers(seed: int, margin: float):
    """Theirs works on the very same unit vectors with Euclidean distances."""
    from sentence_transformers.sentence_transformer.losses import BatchSemiHardTripletLoss

    torch.manual_seed(seed)
    vectors = torch.nn.functional.normalize(torch.randn(24, 8, dtype=torch.float64), dim=-1)
    groups = torch.randint(0, 5, (24,))
    theirs = BatchSemiHardTripletLoss(model=None, margin=margin).batch_semi_hard_triplet_loss(groups, vectors)
    assert float(SemiHardTripletLoss(margin)(vectors, groups)) == pytest.approx(float(theirs), abs=1e-5)


def test_equal_vectors_have_a_gradient_that_is_a_number():
    vectors = torch.ones(4, 3, requires_grad=True)
    SemiHardTripletLoss()(vectors, torch.tensor([0, 0, 1, 1])).backward()
    assert vectors.grad is not None and torch.isfinite(vectors.grad).all()


def test_without_a_positive_or_a_negative_there_is_nothing_to_learn():
    assert float(SemiHardTripletLoss()(torch.randn(3, 4), torch.tensor([0, 1, 2]))) == 0.0
    assert float(SemiHardTripletLoss()(torch.randn(3, 4), torch.tensor([1, 1, 1]))) == 0.0


def test_written_tokens_count_alike_whatever_row_they_are_of():
    assert float(MeanOverTokens()(torch.tensor([[6.0, 2.0], [2.0, 6.0]]), torch.zeros(2))) == pytest.approx(1.0)


def test_spans_are_cross_entropies_of_both_ends():
    logits = torch.tensor([[[0.0, math.log(3.0)], [math.log(3.0), 0.0]]])  # the right ends have 3/4 and 3/4
    assert float(SpanLoss()(logits, torch.tensor([[1, 0]]))) == pytest.approx(-math.log(0.75), abs=1e-6)


def test_labels_are_cross_entropies():
    logits = torch.tensor([[0.0, math.log(3.0)]])
    assert float(ClassificationLoss(False)(logits, torch.tensor([1]))) == pytest.approx(-math.log(0.75), abs=1e-6)
    assert float(ClassificationLoss(True)(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))) == pytest.approx(math.log(2.0), abs=1e-6)
