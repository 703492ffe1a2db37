"""Zips of images to learn from: folders, split folders, what is wrong with images, and changed copies."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine import data
from engine.errors import StudioError
from engine.tasks import TASKS
from engine.training.images import Augmented

VARIANT = TASKS["image-classification"].variant()


def picture(seed: int, size: int = 40) -> Image.Image:
    rough = np.random.default_rng(seed).integers(0, 255, size=(6, 6, 3), dtype=np.uint8)
    return Image.fromarray(rough).resize((size, size), Image.Resampling.BICUBIC)


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def dataset(files: dict[str, bytes], folder: Path) -> Any:
    path = folder / "images.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    found = data.Dataset.of(data.store(path, path.name))
    return found.with_mapping(found.guess(VARIANT))


def kinds(found: Any) -> dict[str, Any]:
    return {finding.kind: finding for finding in data.check(found, VARIANT).findings}


def test_folders_of_any_depth_are_labels(tmp_path: Path) -> None:
    files = {f"all/mine/{label}/{row}.png": png(picture(row + 10 * place))
             for place, label in enumerate(("cat", "dog")) for row in range(6)}
    params = dataset(files, tmp_path).params(VARIANT)
    assert params["labels"] == ["cat"] * 6 + ["dog"] * 6
    assert str(params["images"][0]) == "all/mine/cat/0.png" and Path(params["images"][0]).is_file()


def test_train_and_validation_folders_are_the_split(tmp_path: Path) -> None:
    files = {f"set/{part}/{label}/{row}.png": png(picture(row + 10 * place + 100 * number))
             for number, part in enumerate(("train", "val", "test")) for place, label in enumerate(("cat", "dog")) for row in range(3)}
    found = dataset(files, tmp_path)
    train, validation = found.settings["validation_split"]
    parts = list(found.frame()["part"])
    assert {parts[row] for row in train} == {"train"} and {parts[row] for row in validation} == {"validation"}
    assert len(train) == len(validation) == 6


def test_missing_broken_and_repeated_images_are_named_with_a_fix(tmp_path: Path) -> None:
    same = png(picture(1))
    files = {"a/1.png": same, "a/2.png": same, "a/3.png": png(picture(3)), "b/4.png": same, "b/5.png": b"no image",
             "b/6.png": png(picture(6)), "b/7.png": png(picture(3, 44))}
    found = dataset(files, tmp_path)
    seen = kinds(found)
    assert seen["images_unreadable"].severity == "error" and seen["images_unreadable"].count == 1
    assert seen["images_twice"].count == 1 and seen["images_conflicting"].count == 1
    assert seen["images_alike"].count == 1  # the same picture, four pixels larger
    for kind in ("images_unreadable", "images_twice", "images_conflicting", "images_alike"):
        found = found.with_fix(kinds(found)[kind].fixes[0])
    assert len(found.frame()) == 3 and not any(kind.startswith("images_") for kind in kinds(found))


def test_a_table_that_names_an_image_which_is_not_there(tmp_path: Path) -> None:
    files = {f"{row}.png": png(picture(row)) for row in range(4)}
    found = dataset({**files, "labels.csv": b"image,label\n0.png,a\n1.png,b\n2.png,a\n3.png,b\n9.png,a\n"}, tmp_path)
    assert kinds(found)["images_missing"].rows == (6,)
    with pytest.raises(StudioError, match="names the image '9.png'"):
        found.params(VARIANT)


def test_changed_copies_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    image = picture(5, 80)
    first, again, other = (np.asarray(Augmented(image, seed).opened()) for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).any() and (first != np.asarray(image)).any()
    assert first.shape == (80, 80, 3)


def test_only_training_images_are_copied() -> None:
    import torch

    from engine.training.augmenting import augmented
    from engine.training.examples import Examples
    from engine.training.settings import Settings

    images = [picture(seed) for seed in range(5)]
    examples = Examples(images, np.arange(5)[:, None], torch.arange(5), "accuracy", np.array([0, 2, 4]), np.array([1, 3]))
    more = augmented(examples, Settings(augmentation="light", copies=2))
    assert len(more.train) == 9 and list(more.validation) == [1, 3] and len(more.inputs) == 11
    assert more.targets[more.train.tolist()].tolist() == [0, 2, 4, 0, 2, 4, 0, 2, 4]
    assert [more.row(place) for place in more.train] == [0, 2, 4] * 3
    assert not any(isinstance(more.inputs[int(more.index[place][0])], Augmented) for place in more.validation)
