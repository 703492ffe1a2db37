import pytest

from engine import cosine_similarity
from engine.errors import StudioError


def test_one_vector_gives_a_number_and_a_list_gives_a_list() -> None:
    assert cosine_similarity([1, 0], [2, 0]) == pytest.approx(1)
    assert cosine_similarity([1, 0], [[0, 3], [-1, 0], [0, 0]]) == pytest.approx([0, -1, 0])


def test_vectors_of_different_lengths_are_refused() -> None:
    with pytest.raises(StudioError, match=r"\(2,\).*\(3,\)"):
        cosine_similarity([1, 0], [1, 0, 0])


def test_tensors_with_gradients_are_taken_and_no_vectors_give_no_numbers() -> None:
    import torch

    assert cosine_similarity(torch.ones(2, requires_grad=True), torch.eye(2)) == pytest.approx([0.5**0.5] * 2)
    assert cosine_similarity([1, 0], []) == []


@pytest.mark.parametrize("wrong", [[[1, 0], [1]], ["a", "b"], None])
def test_what_is_no_vector_is_refused(wrong: object) -> None:
    with pytest.raises(StudioError):
        cosine_similarity([1, 0], wrong)
