"""Odd and hostile input, for every task by its declaration: a right answer, or one StudioError that says what is wrong."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import engine
from engine.errors import StudioError
from engine.models.catalogue import FAMILIES
from engine.tasks import TASKS, Task
from tests.harness import served

ODD_TEXTS = {
    "emoji": "I am 😡😡 mad 🏳️‍🌈 at my product", "right to left": "אני כועס על המוצר שלי", "arabic": "هذا المنتج مكسور",
    "surrogate": "broken \ud83d copy",
    "control": "a\x00b\x07 product\u202e", "long": "product broke " * 50_000, "one letter": "x",
    "markup": "<b>mad</b> **product** $x$ [a](b)",
}
KIND = {name: task for name, task in TASKS.items()}
TEXT_TASKS = [pytest.param(task, id=name) for name, task in TASKS.items() if any(field.kind == "text" for field in task.inputs)]
IMAGE_TASKS = [pytest.param(task, id=name) for name, task in TASKS.items() if any(field.kind == "image" for field in task.inputs)]
EVERY_TASK = [pytest.param(task, id=name) for name, task in TASKS.items()]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Each task with a tiny model of the first family that serves it, built once."""
    made: dict[str, Task] = {}

    def get(task: type[Task]) -> Task:
        if task.name not in made:
            family = next(name for name, own in FAMILIES.items() if task.name in own.tasks)
            made[task.name] = served(task, family, tmp_path_factory.mktemp(task.page) / "model")
        return made[task.name]

    return get


def row(task: type[Task], **changed: Any) -> dict[str, Any]:
    example = {**task.examples[0], **changed}
    if any(field.name == "max_length" for field in task.options):
        example["max_length"] = 3
    return example


def texts_of(task: type[Task]) -> list[str]:
    return [field.name for field in task.inputs if field.kind == "text"]


@pytest.mark.parametrize("task", TEXT_TASKS)
@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_an_odd_text_is_answered(task: type[Task], odd: str, ready: Any) -> None:
    for name in texts_of(task):
        answer = ready(task)(**row(task, **{name: ODD_TEXTS[odd]}))
        json.dumps(answer, allow_nan=False)


@pytest.mark.parametrize("task", TEXT_TASKS)
@pytest.mark.parametrize("empty", ["", "   \n\t ", None])
def test_an_empty_text_is_refused_by_name(task: type[Task], empty: Any, ready: Any) -> None:
    for name in texts_of(task):
        label = next(field.label for field in task.inputs if field.name == name)
        with pytest.raises(StudioError, match=f"{label} is (missing|empty)") as caught:
            ready(task)(**row(task, **{name: empty}))
        assert name in str(caught.value)


@pytest.mark.parametrize("task", EVERY_TASK)
def test_a_list_of_mixed_types_names_the_item(task: type[Task], ready: Any) -> None:
    first = task.inputs[0].name
    good = row(task)
    lists = {field.name: [good.get(field.name, field.default)] * 2 for field in task.inputs}
    lists[first] = [good[first], 7.5]
    with pytest.raises(StudioError, match="Item 2") as caught:
        ready(task)(**lists)
    assert "7.5" in str(caught.value) or "float" in str(caught.value)


@pytest.mark.parametrize("task", [case for case in EVERY_TASK if sum(field.required for field in case.values[0].inputs) > 1])
def test_lists_of_different_lengths_are_refused_with_both(task: type[Task], ready: Any) -> None:
    names = [field.name for field in task.inputs if field.required]
    good = row(task)
    with pytest.raises(StudioError, match="1 items but .* has 2"):
        ready(task)(**{names[0]: [good[names[0]]], **{name: [good[name]] * 2 for name in names[1:]}})


@pytest.mark.parametrize("task", EVERY_TASK)
def test_an_empty_list_gives_an_empty_list(task: type[Task], ready: Any) -> None:
    assert ready(task)(**{field.name: [] for field in task.inputs if field.required}) == []


@pytest.mark.parametrize("task", EVERY_TASK)
def test_options_out_of_bounds_name_themselves_and_what_is_allowed(task: type[Task], ready: Any) -> None:
    for field in task.options:
        if field.kind not in ("integer", "number"):
            continue
        wrong = [value for bound, value in ((field.minimum, (field.minimum or 0) - 1), (field.maximum,
                                                                                        (field.maximum or 0) + 1)) if bound is not None]
        for value in [*wrong, "many", float("nan"), True]:
            with pytest.raises(StudioError) as caught:
                ready(task)(**{**row(task), field.name: value})
            assert field.name in str(caught.value)


LABELLED = [pytest.param(task, id=name) for name, task in TASKS.items() if any(field.kind == "labels" for field in task.options)]


@pytest.mark.parametrize("task", LABELLED)
@pytest.mark.parametrize("labels", [[], [""], ["a", "  "], ["a", 3], "a, b"])
def test_labels_that_are_none_are_refused(task: type[Task], labels: Any, ready: Any) -> None:
    with pytest.raises(StudioError, match="[Ll]abel"):
        ready(task)(**{**row(task), "labels": labels})


@pytest.mark.parametrize("task", LABELLED)
def test_one_label_many_labels_and_a_large_top_k_are_answered(task: type[Task], tmp_path: Path) -> None:
    family = next(name for name in ("HFNLIModel", "CLIP") if task.name in FAMILIES[name].tasks)
    zero_shot = served(task, family, tmp_path / "model")
    asked = {name: value for name, value in row(task).items() if name != "labels"}
    assert list(zero_shot(**asked, labels=["issue"])) == ["issue"]
    many = [f"issue {number}" for number in range(1000)]
    assert len(zero_shot(**asked, labels=many)) == 1000
    assert len(zero_shot(**asked, labels=many[:5], top_k=50)) == 5
    assert list(zero_shot(**asked, labels=["issue", "issue"])) == ["issue"]
    assert len(zero_shot(**asked, labels=["issue", "issue", "green"], top_k=2)) == 2
    assert zero_shot(**asked, labels=np.array(["issue", "green"])) == zero_shot(**asked, labels=["issue", "green"])


def test_absurd_generation_is_refused_before_the_model_is_asked(ready: Any) -> None:
    task = ready(TASKS["text-generation"])
    absurd: list[tuple[dict[str, Any], str]] = [
        ({"num_beams": 0}, "num_beams"), ({"num_generations": 3}, "do_sample"), ({"min_length": 9, "max_length": 3}, "min_length"),
        ({"temperature": 0.0, "do_sample": True}, "temperature"), ({"max_length": -1}, "max_length"), ({"top_p": 2.0}, "top_p"),
        ({"num_generations": 4, "num_beams": 2, "do_sample": True}, "num_beams"), ({"max_length": 600}, "max_length")]
    for options, named in absurd:
        with pytest.raises(StudioError) as caught:
            task("I am", **options)
        assert named in str(caught.value)


def test_earlier_pairs_that_are_none_are_refused(ready: Any) -> None:
    task = ready(TASKS["qa"])
    for wrong in ("Who?", [["Who?"]], [("Who?", 3)]):
        with pytest.raises(StudioError, match="Earlier questions"):
            task("Who?", "It is Ann.", prev_qa=wrong)
    with pytest.raises(StudioError, match="has 2 items but .* has 1"):
        task(["Who?", "Where?"], ["It is Ann."] * 2, prev_qa=[[("Who?", "Ann")]])


def png(size: tuple[int, int] = (9, 9), mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("task", IMAGE_TASKS)
def test_odd_images_are_answered(task: type[Task], ready: Any, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    picture = Image.new("LA", (3, 50))
    before = (picture.mode, picture.size, picture.tobytes())
    encoded = base64.b64encode(png()).decode()
    for image in (png((1, 1)), png((2, 900)), png(mode="1"), png(mode="P"), png(mode="I;16"), picture, tmp_path / "a.png",
                  str(tmp_path / "a.png"),
                  encoded, f"data:image/png;base64,{encoded}"):
        json.dumps(ready(task)(**row(task, image=image)), allow_nan=False)
    assert (picture.mode, picture.size, picture.tobytes()) == before


@pytest.mark.parametrize("task", IMAGE_TASKS)
@pytest.mark.parametrize(("image", "said"), [
    ("/no/such/image.png", "no image"), ("http://example.com/a.png", "address"), ("https://example.com/a.png", "address"),
    ("not base64!", "no image"),
    (b"", "empty"), (b"GIF89a", "no image|damaged"), (b"\x89PNG\r\n\x1a\nno", "no image|damaged"),
    ("A" * 400, "no image|damaged|neither"), (3, "int"),
    (np.zeros((9, 9, 3), np.uint8), "ndarray"),
    (str(Path(__file__).parent), "no image file"), ("data:image/png,abc", "base64"), ("", "missing|empty|no image"),
])
def test_what_is_no_image_is_refused_in_words(task: type[Task], image: Any, said: str, ready: Any) -> None:
    with pytest.raises(StudioError, match=said) as caught:
        ready(task)(**row(task, image=image))
    assert len(str(caught.value)) < 400


def test_a_bomb_is_refused_before_it_is_unpacked(ready: Any) -> None:
    bomb = png((30_000, 30_000), mode="1")
    with pytest.raises(StudioError, match="pixels"):
        engine.ImageVectorisation(ready(TASKS["image-vectorisation"]).model)(bomb)


def test_the_broken_pictures_at_hand_are_refused_or_read(shared_data: Path, ready: Any) -> None:
    from engine.images import open_image

    seen = 0
    for path in sorted((shared_data / "broken_inputs").rglob("*")):
        if path.is_file() and path.suffix.lower() not in (".csv", ".txt"):
            seen += 1
            try:
                assert open_image(path).mode == "RGB"
            except StudioError as error:
                assert error.hint
    assert seen > 20


@pytest.mark.parametrize("task", IMAGE_TASKS)
def test_an_image_that_pillow_opened_is_refused_where_it_is_damaged_or_closed(task: type[Task], ready: Any) -> None:
    file = io.BytesIO()
    Image.effect_noise((200, 200), 50).convert("RGB").save(file, "JPEG")
    closed = Image.new("RGB", (4, 4))
    closed.close()
    for wrong in (Image.open(io.BytesIO(file.getvalue()[:3000])), closed):
        with pytest.raises(StudioError, match="damaged"):
            ready(task)(**row(task, image=wrong))


def test_an_image_that_was_opened_and_not_read_can_be_asked_about_many_times_at_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from engine.images import open_image

    file = io.BytesIO()
    Image.effect_noise((600, 600), 50).convert("RGB").save(file, "PNG")
    for _ in range(5):
        lazy = Image.open(io.BytesIO(file.getvalue()))
        with ThreadPoolExecutor(4) as pool:
            assert len({one.tobytes() for one in pool.map(open_image, [lazy] * 8)}) == 1


def test_half_a_letter_does_not_keep_a_text_from_being_shortened(tmp_path: Path) -> None:
    assert isinstance(served(TASKS["summarisation"], "HFCausalLMTGModel", tmp_path / "model")("The parcel \ud83d is late."), str)
