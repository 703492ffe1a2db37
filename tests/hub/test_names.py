import pytest

from engine.errors import StudioError
from engine.hub import check_name, suggest


@pytest.mark.parametrize("name", ["abc", "bank-intents_2", "a" * 100, "0-9"])
def test_a_good_name_is_taken_as_it_is(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(("name", "suggested"), [
    ("My Model", "my-model"), ("ab", "model-ab"), ("../../etc", "etc"), ("Größe", "groe"), ("", "model"), ("con", "model-con"),
    ("minilm", "minilm-own"), ("模型", "model"), ("a" * 101, "a" * 100), (".hidden", "hidden"), ("x/y", "x-y"),
])
def test_a_bad_name_is_refused_with_one_that_would_do(name: str, suggested: str) -> None:
    with pytest.raises(StudioError) as caught:
        check_name(name)
    assert suggested in caught.value.hint
    assert check_name(suggest(name)) == suggest(name)
