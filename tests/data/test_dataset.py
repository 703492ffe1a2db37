import os
import threading
from pathlib import Path

import pytest

from engine import data
from engine.data import Fix, attachments, files
from engine.errors import StudioError
from engine.tasks import task_class
from engine.tasks.declarations import Column, Variant

SINGLE = task_class("text-classification").variant("single_label")
MULTI = task_class("text-classification").variant("multi_label")
ROWS = b"text,label\nhello there,greeting\nhello there,greeting\nwhere is my card,card\n,card\nbye now,greeting\n"
DROP = Fix("drop_missing", "Drop 1 row", {"columns": ["text"]})
FIRST = Fix("keep_first", "Keep the first", {"columns": ["text", "label"]})


def dataset(content: bytes = ROWS, **options: object) -> data.Dataset:
    made = data.Dataset.of(data.store(content, "orders.csv"), **options)
    return made.with_mapping({"texts": "text", "labels": "label"})


def test_fixes_make_new_data_sets_and_undo_goes_back() -> None:
    before = dataset()
    after = before.with_fix(FIRST).with_fix(DROP)
    assert list(after.frame().index) == [2, 4, 6]
    assert list(before.frame().index) == [2, 3, 4, 5, 6]
    assert after.undo().undo() == before and after.undo().id == before.with_fix(FIRST).id
    assert before.upload.path.read_bytes() == ROWS


def test_the_id_is_a_fingerprint_of_all_that_decides_the_rows() -> None:
    before = dataset()
    others = [before.with_fix(DROP), before.with_options(header=False), before.with_mapping({"texts": "label", "labels": "text"}),
              dataset(ROWS + b"more,card\n")]
    assert len({before.id, *(other.id for other in others)}) == 5
    assert before.id == dataset().id == "843c7473b47a2e75"


def test_a_saved_data_set_opens_as_it_was_in_another_session() -> None:
    saved = dataset().with_fix(FIRST).with_fix(DROP).save()
    opened = data.open_dataset(saved.id)
    assert opened == saved
    assert opened.params(SINGLE) == {"texts": ["hello there", "where is my card", "bye now"], "labels": ["greeting", "card", "greeting"]}
    assert (opened.name, opened.facts.header_row, opened.facts.records) == ("orders.csv", 1, 6)


def test_the_parsed_table_is_kept_beside_the_upload_and_gives_the_same_rows(shared_data: Path) -> None:
    upload = data.store(shared_data / "messy_csv" / "messytables" / "complex.csv", "complex.csv")
    first = data.Dataset.of(upload)
    assert len(list(upload.folder.glob("table-*.parquet"))) == 1
    fresh = data.read(upload.path, upload.name)
    assert first.frame().equals(fresh.frame) and list(first.frame().index) == list(fresh.frame.index)
    assert list(first.frame().columns) == list(fresh.frame.columns)
    assert first.facts == fresh.facts
    for cached in upload.folder.glob("table-*.parquet"):
        cached.write_bytes(b"damaged")
    assert first.frame().equals(fresh.frame)


def test_rows_without_a_text_are_named_and_not_passed_on() -> None:
    with pytest.raises(StudioError, match="1 row without a text, such as row 5"):
        dataset().params(SINGLE)


def test_several_labels_of_a_cell_become_a_list() -> None:
    content = b"text,label\none thing,a|b\nanother thing, b | c \nthird thing,\nfourth thing,a|a\n"
    assert dataset(content).params(MULTI)["labels"] == [["a", "b"], ["b", "c"], [], ["a"]]
    lists = b'{"text": "one", "label": ["a", "b"]}\n{"text": "two", "label": []}\n{"text": "three", "label": ["b"]}\n'
    assert dataset(lists).params(MULTI)["labels"] == [["a", "b"], [], ["b"]]
    python = b"text,label\none,\"['a', 'b']\"\ntwo,['b']\n"
    assert dataset(python).params(MULTI)["labels"] == [["a", "b"], ["b"]]
    chosen = data.Dataset.of(data.store(b"text,label\none,a/b\ntwo,b/c\n", "x.csv")).with_mapping({"texts": "text", "labels": "label"}, "/")
    assert chosen.params(MULTI)["labels"] == [["a", "b"], ["b", "c"]]


def test_scores_are_numbers_and_a_wrong_one_is_named() -> None:
    pairs = Variant("pairs", "Pairs", "", (Column("texts1", "text", "First", "", ""), Column("texts2", "text", "Second", "", ""),
                                           Column("scores", "score", "Score", "", "")), "spearman")
    chosen = {"texts1": "a", "texts2": "b", "scores": "s"}
    made = data.Dataset.of(data.store(b"a;b;s\none;two;0,5\nthree;four;1\n", "x.csv")).with_mapping(chosen)
    assert made.params(pairs)["scores"] == [0.5, 1.0]
    wrong = data.Dataset.of(data.store(b"a;b;s\none;two;0,5\nthree;four;high\n", "x.csv")).with_mapping(chosen)
    with pytest.raises(StudioError, match="Row 3 has 'high'"):
        wrong.params(pairs)


def test_reading_otherwise_keeps_the_columns_that_are_still_there_and_drops_the_fixes() -> None:
    changed = dataset().with_fix(DROP).with_options(header=3)
    assert (changed.fixes, changed.mapping, list(changed.frame().columns)) == ((), {}, ["hello there", "greeting"])
    assert changed.with_options(header=None).options == {}


def test_a_fix_that_would_leave_no_row_is_refused() -> None:
    with pytest.raises(StudioError, match="would leave no row"):
        dataset(b"text,label\none word,a\ntwo words,b\n").with_fix(Fix("drop_classes", "Drop", {"column": "label", "below": 5}))


def test_settings_that_a_fix_asks_for_change_no_row() -> None:
    weighted = dataset().with_fix(Fix("setting", "Use class weights", {"name": "class_weights", "value": True}))
    assert weighted.settings == {"class_weights": True}
    assert weighted.frame().equals(dataset().frame())


def test_what_is_no_table_is_refused_when_the_data_set_is_made() -> None:
    with pytest.raises(StudioError, match="JPEG"):
        data.Dataset.of(data.store(b"\xff\xd8\xff\xe0", "x.csv"))
    with pytest.raises(StudioError, match="Unknown: seperator"):
        data.Dataset.of(data.store(ROWS, "x.csv"), seperator=";")


def test_data_sets_are_listed_latest_first_and_deleted_with_their_upload() -> None:
    first = dataset().save()
    second = first.with_fix(DROP).save()
    folder = first.upload.folder.parent / "datasets"
    os.utime(folder / f"{first.id}.json", (1, 1))
    assert [found.id for found in data.list_datasets()] == [second.id, first.id]
    assert data.delete_dataset(second.id) < 2_000
    assert first.upload.path.exists()
    assert data.delete_dataset(first.id) > len(ROWS)
    assert not first.upload.folder.exists() and data.list_datasets() == []


def test_what_belongs_to_a_data_set_goes_with_it_unless_another_one_needs_it() -> None:
    first, second = dataset().save(), dataset(ROWS + b"more,card\n").save()
    own, shared = data.store(b"own", "own.npy"), data.store(b"shared", "shared.npy")
    for one, upload in ((first, own), (first, shared), (second, shared)):
        attachments.attach(one.id, upload)
    assert attachments.attached(first.id) == {shared.id: "shared.npy", own.id: "own.npy"}
    assert data.delete_dataset(first.id) > len(ROWS)
    assert not own.folder.exists() and shared.path.exists() and attachments.attached(first.id) == {}
    data.delete_dataset(second.id)
    assert not shared.folder.exists()


def test_an_upload_stays_while_a_data_set_that_cannot_be_read_may_need_it() -> None:
    first = dataset().save()
    other = first.with_options(header=False).save()
    path = first.upload.folder.parent / "datasets" / f"{other.id}.json"
    path.write_text(path.read_text().replace('"fixes": []', '"fixes": [{"later": 1}]'))
    data.delete_dataset(first.id)
    assert first.upload.path.exists() and data.list_datasets() == []
    path.write_text("cut sho")
    third = dataset(ROWS + b"more,card\n").save()
    data.delete_dataset(third.id)
    assert third.upload.path.exists(), "what the broken one needs is not known"


def test_a_data_set_whose_upload_is_gone_can_be_deleted() -> None:
    found = dataset().save()
    files.remove(found.upload.folder)
    assert data.delete_dataset(found.id) > 0 and not list((found.upload.folder.parent / "datasets").glob("*.json"))


def test_two_that_attach_at_the_same_moment_lose_nothing() -> None:
    found = dataset().save()
    uploads = [data.store(f"{place}".encode(), f"{place}.npy") for place in range(8)]
    together = threading.Barrier(8)

    def attach(upload: data.Upload) -> None:
        together.wait()
        attachments.attach(found.id, upload)

    workers = [threading.Thread(target=attach, args=(upload,)) for upload in uploads]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert attachments.attached(found.id).keys() == {upload.id for upload in uploads}


def test_a_data_set_that_another_tab_deleted_says_so() -> None:
    found = dataset().save()
    data.delete_dataset(found.id)
    with pytest.raises(StudioError, match="deleted meanwhile"):
        found.with_options(header=False)


@pytest.mark.parametrize("identity", ["", "../../x", "0123456789abcdef"])
def test_a_data_set_that_is_not_there_is_a_clear_error(identity: str) -> None:
    with pytest.raises(StudioError, match="no data set"):
        data.open_dataset(identity)


def test_a_cache_that_cannot_be_written_keeps_nobody_from_reading(caplog: pytest.LogCaptureFixture) -> None:
    upload = data.store(ROWS, "x.csv")
    assert len(data.Dataset.of(upload).frame()) == 5
    kept = next(upload.folder.glob("table-*.parquet"))
    kept.unlink()
    kept.mkdir()  # which no file can replace, whoever writes it
    assert len(data.Dataset.of(upload).frame()) == 5 and "could not be cached" in caplog.text


def test_an_upload_goes_with_every_data_set_made_of_it() -> None:
    first, other = dataset().save(), dataset(ROWS + b"more,card\n").save()
    first.with_fix(DROP).save()
    own, shared = data.store(b"own", "own.npy"), data.store(b"shared", "shared.npy")
    for one, upload in ((first, own), (first, shared), (other, shared)):
        attachments.attach(one.id, upload)
    kept = {one.upload.id: one for one in data.list_uploads()}
    assert kept.keys() == {first.upload.id, other.upload.id}, "vectors that belong to data are a part of it"
    assert len(kept[first.upload.id].datasets) == 2 and kept[first.upload.id].size_bytes > len(ROWS) + len("own") + len("shared")
    assert data.delete_upload(first.upload.id) > len(ROWS)
    assert [found.id for found in data.list_datasets()] == [other.id]
    assert not first.upload.folder.exists() and not own.folder.exists() and shared.path.exists()
    with pytest.raises(StudioError, match="no upload"):
        data.delete_upload(first.upload.id)


def test_uploads_are_listed_latest_first_with_or_without_data_sets() -> None:
    first, alone = dataset().save(), data.store(b"nobody needs me", "alone.bin")
    about = alone.folder / "upload.json"
    about.write_text(about.read_text().replace('"stored": ', '"stored": 1'))  # a while later
    (alone.folder.parent / ("0" * 16)).mkdir()  # what a crash left
    assert [(one.upload.name, one.datasets) for one in data.list_uploads()] == [("alone.bin", ()), (first.name, (first.id,))]
    assert data.delete_upload(alone.id) >= len(b"nobody needs me") and len(data.list_uploads()) == 1


def test_an_upload_that_is_deleted_by_name_goes_although_a_data_set_cannot_be_read() -> None:
    first, other = dataset().save(), dataset(ROWS + b"more,card\n").save()
    (first.upload.folder.parent / "datasets" / f"{other.id}.json").write_text("cut sho")
    data.delete_upload(first.upload.id)
    assert not first.upload.folder.exists() and other.upload.path.exists()


def test_what_is_vectors_of_other_data_too_stays_as_these() -> None:
    first, other = dataset().save(), dataset(ROWS + b"more,card\n").save()
    attachments.attach(first.id, other.upload)
    data.delete_upload(other.upload.id)
    assert other.upload.path.exists() and [one.upload.id for one in data.list_uploads()] == [first.upload.id]


def test_of_two_that_delete_the_same_data_at_once_one_is_told_so() -> None:
    found = dataset().save()
    together, said = threading.Barrier(2), []

    def delete() -> None:
        together.wait()
        try:
            data.delete_dataset(found.id)
        except StudioError as error:
            said.append(error.message)

    workers = [threading.Thread(target=delete) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(said) == 1 and "no data set" in said[0]
