"""A zip of images without some of its rows."""

import io
import zipfile
from pathlib import Path

import pytest

from engine import data
from engine.data.cleaned import images_without
from engine.errors import Stopped
from tests.data.test_image_archives import png, stored, zipped


def without(dataset: data.Dataset, rows: set[int], path: Path) -> dict[str, bytes]:
    told: list[tuple[int, int]] = []
    images_without(dataset, rows, path, lambda frame, names: frame.to_csv(index=False).encode(), lambda *far: told.append(far))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None and told[-1] == (len(told), len(told)) and len(archive.namelist()) == len(told)
        return {name: archive.read(name) for name in archive.namelist()}


def test_folders_and_other_files_stay_and_only_the_rows_images_go(tmp_path: Path) -> None:
    members = {"train/cat/a.png": png(), "train/dog/b.PNG": png("blue"), "test/cat/a.png": png("green"), "notes/README.txt": b"hello"}
    dataset = stored({**members, "__MACOSX/._a.png": b"x"})
    row = int(dataset.frame().index[dataset.frame()["image"] == "train/cat/a.png"][0])
    found = without(dataset, {row}, tmp_path / "clean.zip")
    assert found == {name: content for name, content in members.items() if name != "train/cat/a.png"}
    again = data.Dataset.of(data.store(tmp_path / "clean.zip", "clean.zip"))
    assert again.frame()["image"].tolist() == ["test/cat/a.png", "train/dog/b.PNG"]


def test_the_table_loses_its_rows_and_an_image_that_another_row_names_stays(tmp_path: Path) -> None:
    table = b"image,caption\na.png,first\nb.png,second\na.png,third\nc.png,fourth\n"
    dataset = stored({"all/a.png": png(), "all/b.png": png("blue"), "all/c.png": png("green"), "all/items.csv": table})
    found = without(dataset, {2, 3}, tmp_path / "clean.zip")
    assert sorted(found) == ["all/a.png", "all/c.png", "all/items.csv"]
    assert found["all/items.csv"].decode().splitlines() == ["image,caption", "a.png,third", "c.png,fourth"]


def test_a_table_of_another_kind_becomes_csv(tmp_path: Path) -> None:
    lines = b'{"image": "a.png", "caption": "first"}\n{"image": "b.png", "caption": "second"}\n'
    dataset = stored({"a.png": png(), "b.png": png("blue"), "items.jsonl": lines})
    found = without(dataset, {1}, tmp_path / "clean.zip")
    assert found.keys() == {"b.png", "items.csv"} and b"second" in found["items.csv"] and b"first" not in found["items.csv"]


def test_names_that_lead_out_of_the_folder_are_made_harmless(tmp_path: Path) -> None:
    hostile = ["../../up.png", "/root.png", "C:\\windows\\drive.png", "a/../../b.png", "..\\back.png"]
    dataset = stored({**{name: png() for name in hostile}, "up.png": png("blue"), "gone.png": png("red"), "a\\plain.png": png()})
    row = int(dataset.frame().index[dataset.frame()["image"] == "gone.png"][0])
    found = without(dataset, {row}, tmp_path / "clean.zip")
    assert sorted(found) == sorted(["2-up.png", "root.png", "windows/drive.png", "a/b.png", "back.png", "up.png", "a\\plain.png"])
    assert found["up.png"] == png("blue"), "whose name was harmless keeps it"


def test_names_with_narrow_spaces_stay_and_so_does_their_table(tmp_path: Path) -> None:
    names = [f"Screenshot at 9.4{place}.00\u202fAM.png" for place in range(4)]
    table = "image,label\n" + "".join(f"{name},label {place}\n" for place, name in enumerate(names))
    dataset = stored({**{f"New\u00a0York/{name}": png() for name in names}, "items.csv": table.encode()})
    assert sorted(without(dataset, {2}, tmp_path / "clean.zip")) == [*(f"New\u00a0York/{name}" for name in names[1:]), "items.csv"]
    again = data.Dataset.of(data.store(tmp_path / "clean.zip", "clean.zip"))
    assert again.frame().to_dict("list") == {"image": names[1:], "label": ["label 1", "label 2", "label 3"]}


def test_an_image_under_another_name_is_named_so_in_its_table(tmp_path: Path) -> None:
    dataset = stored({"../a\n.png": png(), "../b\n.png": png("blue"), "items.csv": b'image,label\n"a\n.png",one\n"b\n.png",two\n'})
    without(dataset, {int(dataset.frame().index[0])}, tmp_path / "clean.zip")
    again = data.Dataset.of(data.store(tmp_path / "clean.zip", "clean.zip"))
    assert again.frame().to_dict("list") == {"image": ["b_.png"], "label": ["two"]} and "b_.png" in again.files()


def test_the_column_of_images_is_found_beside_one_of_other_files_and_cells_with_spaces_name_them_too(tmp_path: Path) -> None:
    table = b'caption_file,image\na.txt,a.png\nb.txt,b.png\nc.txt," a.png"\n'
    dataset = stored({"a.png": png(), "b.png": png("blue"), **{f"{name}.txt": b"x" for name in "abc"}, "items.csv": table})
    first, second, _ = map(int, dataset.frame().index)
    assert "a.png" in without(dataset, {first}, tmp_path / "one.zip"), "another row names it"
    assert "b.png" not in without(dataset, {second}, tmp_path / "two.zip")


def test_links_go_where_most_rows_name_them_too(tmp_path: Path) -> None:
    file = io.BytesIO(zipped({"a.png": png(), "items.csv": b"file,label\na.png,x\nl0.png,y\nl1.png,z\n"}))
    with zipfile.ZipFile(file, "a") as archive:
        for name in ("l0.png", "l1.png"):
            link = zipfile.ZipInfo(name)
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
    dataset = data.Dataset.of(data.store(file.getvalue(), "pictures.zip"))
    assert sorted(without(dataset, {3}, tmp_path / "clean.zip")) == ["a.png", "items.csv"]


def test_links_go_and_a_damaged_member_does_not_keep_the_others_back(tmp_path: Path) -> None:
    file = io.BytesIO(zipped({"a.png": png(), "b.png": png("blue"), "c.png": png("green"), "d.png": png("yellow")}))
    with zipfile.ZipFile(file, "a") as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        start = archive.getinfo("b.png").header_offset + 30 + len("b.png")
    content = bytearray(file.getvalue())
    content[start + 5:start + 25] = b"\xff" * 20
    dataset = data.Dataset.of(data.store(bytes(content), "pictures.zip"))
    images_without(dataset, {1}, tmp_path / "clean.zip", lambda frame, names: b"", lambda done, total: None)
    assert sorted(zipfile.ZipFile(tmp_path / "clean.zip").namelist()) == ["c.png", "d.png"]


def test_a_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    def watch(done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        images_without(stored({"a.png": png(), "b.png": png("blue")}), {1}, tmp_path / "clean.zip", lambda frame, names: b"", watch)
    assert not list(tmp_path.glob("*.zip")) and not list(tmp_path.glob("*.part"))
