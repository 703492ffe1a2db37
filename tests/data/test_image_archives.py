"""Zips of images as tables, and their images on disk."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from engine import data
from engine.data import archives, image_archives
from engine.data.limits import LIMITS
from engine.data.sources import Source
from engine.errors import StudioError
from engine.images import open_image


def png(colour: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def stored(members: dict[str, bytes]) -> data.Dataset:
    return data.Dataset.of(data.store(zipped(members), "pictures.zip"))


def test_each_image_is_a_row_with_its_folder() -> None:
    dataset = stored({"all/cat/a.png": png(), "all/dog/b.PNG": png("blue"), "__MACOSX/._a.png": b"x", "all/.DS_Store": b"x"})
    assert dataset.frame().to_dict("list") == {"image": ["all/cat/a.png", "all/dog/b.PNG"], "folder": ["cat", "dog"]}
    files = dataset.files()
    assert Image.open(files["all/dog/b.PNG"]).getpixel((0, 0)) == (0, 0, 255)
    assert files["a.png"].path.is_relative_to(dataset.upload.folder)


def test_a_table_among_the_images_says_the_rows() -> None:
    dataset = stored({"images/a.png": png(), "images/b.png": png(), "about.csv": b"file,title\na.png,Red\nb.png,Blue\ngone.png,Lost\n"})
    assert list(dataset.frame().columns) == ["file", "title"]
    assert {"a.png", "b.png"} <= set(dataset.files()) and "gone.png" not in dataset.files()


def test_a_table_that_names_too_few_images_is_left_out_and_that_is_said() -> None:
    dataset = stored({"a.png": png(), "b.png": png(), "prices.csv": b"file,price\na.png,1\nc.png,2\n"})
    assert list(dataset.frame().columns) == ["image"]
    assert dataset.facts.notes == ("A zip of 2 images.", "The table prices.csv names too few of them and is left out.")


def test_names_that_lead_elsewhere_are_only_names() -> None:
    dataset = stored({"../../evil.png": png(), "C:\\evil.png": png()})
    for image in dataset.files().values():
        assert image.path.parent == dataset.upload.folder / "images"


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_image_member_leaves_the_others(packed: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as archive:
        for name, colour in (("a.png", "red"), ("b.png", "blue")):
            archive.writestr(name, png(colour))
    content = bytearray(file.getvalue())
    place = content.index(b"b.png") + 5 + 25
    content[place:place + 20] = b"\xff" * 20
    dataset = data.Dataset.of(data.store(bytes(content), "pictures.zip"))
    assert len(dataset.frame()) == 2
    assert "a.png" in dataset.files() and "b.png" not in dataset.files()


def test_what_is_no_image_is_called_by_its_own_name() -> None:
    dataset = stored({"cat/a.png": b"\x89PNG no", "cat/b.png": png()})
    with pytest.raises(StudioError) as raised:
        open_image(dataset.files()["a.png"])
    assert "'cat/a.png'" in raised.value.message and str(dataset.upload.folder) not in raised.value.message
    assert open_image(dataset.files()["b.png"]).mode == "RGB"


def test_a_bomb_among_the_images_is_refused() -> None:
    dataset = stored({f"{number}.png": b"\0" * 400_000 for number in range(4)})
    with pytest.raises(StudioError, match="unpacks to more than"):
        image_archives.unpacked(dataset.upload, data.Limits(octets=1_000_000))
    assert not (dataset.upload.folder / "images").exists()


def test_several_files_become_one_archive(tmp_path: Path) -> None:
    image_archives.zipped({"a.png": png(), "b.png": png()}, tmp_path / "made.zip")
    assert len(data.read(tmp_path / "made.zip", "made.zip").frame) == 2


def test_what_goes_wrong_with_the_work_is_not_said_of_the_archive(tmp_path: Path) -> None:
    file = tmp_path / "good.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.csv", "text\nhello\n")
    with pytest.raises(ValueError, match="somebody else"), archives.opened(Source(file, file.name), LIMITS):
        raise ValueError("somebody else")
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(StudioError, match="good.zip is a broken zip archive"), archives.opened(Source(file, file.name), LIMITS):
        pass
