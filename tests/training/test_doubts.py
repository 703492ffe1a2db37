"""Labels that look wrong are found by a model that did not see them."""

import pytest

from engine.errors import StudioError
from engine.tasks import TASKS
from engine.training.doubts import doubts
from engine.training.settings import Settings
from tests import learning
from tests.training.tiny import rows


def _images() -> dict[str, list]:
    labels = [learning.LABELS[row % 3] for row in range(60)]
    return {"images": [learning.picture(label, row) for row, label in enumerate(labels)], "labels": labels}


def test_images_under_a_wrong_label_are_named_with_the_likelier_one() -> None:
    from engine.models.auto_model import AutoModel

    params, truth = _images(), {7: "food", 30: "animals"}
    assert all(params["labels"][row] == label for row, label in truth.items())
    params["labels"][7], params["labels"][30] = "tools", "food"
    found = doubts(AutoModel.from_pretrained("efficientnet-lite0"), "image-classification", "single_label", params)
    assert {doubt.row: doubt.likelier for doubt in found} == truth
    assert all(doubt.label == params["labels"][doubt.row] and doubt.probability > 0.4 for doubt in found)


def test_what_the_model_sees_is_kept_for_the_training(new_model) -> None:
    told: list = []
    params = rows()
    doubts(new_model(), "text-classification", "single_label", params)
    TASKS["text-classification"](new_model()).finetune(params, method="head", epochs=1, report=told.append)
    assert any("earlier run" in getattr(event, "text", "") for event in told)


def test_a_class_of_one_row_is_never_doubted_and_never_likely(new_model) -> None:
    params = rows()
    params = {key: [*values, extra] for (key, values), extra in zip(params.items(), ("the cat", "alone"), strict=True)}
    found = doubts(new_model(), "text-classification", "single_label", params)
    assert all("alone" not in (doubt.label, doubt.likelier) for doubt in found)


def test_it_stops_when_asked_and_takes_one_label_a_row_only(new_model) -> None:
    from engine.errors import Stopped
    with pytest.raises(Stopped):
        doubts(new_model(), "text-classification", "single_label", rows(), should_stop=lambda: True)
    with pytest.raises(StudioError, match="exactly one"):
        doubts(new_model(), "text-classification", "multi_label", {"texts": ["a"], "labels": [["b"]]}, Settings(method="head"))
