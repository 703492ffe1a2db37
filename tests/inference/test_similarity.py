import pytest

from engine import cosine_similarity
from engine.errors import StudioError


def test_one_vector_gives_a_number_and_a_list_gives_a_list() -> None:
    assert cosine_similarity([1, 0], [2, 0]) == pytest.approx(1)
    assert cosine_similarity([1, 0], [[0, 3], [-1, 0], [0, 0]]) == pytest.approx([0, -1, 0])


def test_vectors_of_different_lengths_are_refused() -> None:
    with pytest.raises(StudioError, match=r"\(2,\).*\(3,\)"):
        cosine_similarity([1, 0], [1, 0, 0])
