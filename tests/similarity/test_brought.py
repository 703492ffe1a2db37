"""Vectors that were computed elsewhere: read from files and cells that are not trusted, and kept beside their data."""

import io
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from engine import similarity
from engine.data import attachments
from engine.errors import StudioError
from engine.similarity import brought

ROWS = np.array([[1, 0, 0], [0, 2, 0], [0, 0, 3], [1, 1, 1]], np.float32)


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def parquet(**columns: Any) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


def refused(source: bytes, *said: str) -> None:
    with pytest.raises(StudioError) as error:
        brought.read_vectors(source, "mine.npy")
    assert error.value.hint and all(part in f"{error.value.message} {error.value.hint}" for part in said), error.value.message


@pytest.mark.parametrize("kind", ["<f2", "<f4", ">f4", "<f8", "<i1", "<i8", "<u2"])
def test_an_npy_file_of_any_kind_of_number_is_read(kind: str, tmp_path: Path):
    (tmp_path / "own.npy").write_bytes(npy(ROWS.astype(kind)))
    found = similarity.read_vectors(tmp_path / "own.npy")
    assert found.dtype == np.float32 and np.array_equal(found, ROWS)


def test_an_npy_file_in_the_order_of_columns_is_read_too():
    assert np.array_equal(brought.read_vectors(npy(np.asfortranarray(ROWS))), ROWS)


@pytest.mark.parametrize("kind", [pyarrow.list_(pyarrow.float16()), pyarrow.list_(pyarrow.float64()), pyarrow.large_list(pyarrow.float32()),
                                  pyarrow.list_(pyarrow.float32(), 3), pyarrow.list_(pyarrow.int32())])
def test_a_parquet_file_with_one_column_of_lists_is_read(kind: Any):
    lists = pyarrow.array([None if row == 1 else [int(value) for value in ROWS[row]] for row in range(4)], type=kind)
    found = brought.read_vectors(parquet(text=["a", "b", "c", "d"], anything=lists))
    assert np.isnan(found[1]).all() and np.array_equal(found[[0, 2, 3]], ROWS[[0, 2, 3]])


def test_of_several_columns_of_lists_the_one_called_vector_is_read():
    other = pyarrow.array([[1.0, 2.0]] * 4)
    assert np.array_equal(brought.read_vectors(parquet(other=other, vector=pyarrow.array(ROWS.tolist()))), ROWS)
    refused(parquet(other=other, more=other), "2 columns of lists", "call the right one vector")
    refused(parquet(text=["a"]), "0 columns of lists")


@pytest.mark.parametrize(("content", "said"), [
    (b"", "is empty"), (b"text,label\na,b\n", "neither an NPY nor a Parquet"), (npy(ROWS)[:40], "broken"), (npy(ROWS)[:-4], "cut short"),
    (npy(ROWS[0]), "(3,)"), (npy(ROWS[None]), "(1, 4, 3)"), (npy(np.empty((0, 3))), "(0, 3)"), (npy(np.array(3.0)), "shape ()"),
    (npy(np.array(["a"])), "not numbers"), (npy(ROWS.astype(complex)), "complex128"), (npy(ROWS > 0), "bool"), (b"PK\x03\x04", "NPZ"),
    (b"PAR1 and no more", "broken Parquet"), (pickle.dumps(ROWS), "pickled")])
def test_what_is_no_table_of_numbers_is_refused_with_what_to_do(content: bytes, said: str):
    refused(content, said)


def test_pickled_objects_are_never_opened():
    class Bomb:
        def __reduce__(self) -> Any:
            return pytest.fail, ("the file was run",)

    refused(npy(np.array([Bomb()], dtype=object), allow_pickle=True), "pickled objects, which are never opened")


def test_a_header_that_promises_too_much_is_refused_before_anything_is_read():
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (10**9, 10**6)})
    refused(file.getvalue(), "1,000,000,000 x 1,000,000 numbers; at most 500,000,000")


def test_lists_in_a_parquet_file_of_different_lengths_are_named():
    refused(parquet(vector=pyarrow.array([[1.0, 2.0], [1.0, 2.0], [1.0]])), "most have 2 numbers", "row 3 has 1")


@pytest.mark.parametrize("cell", ["[1, 2.5, -3e-2]", " [1 2.5 -0.03] ", "[1.\n 2.5\n -0.03]"])
def test_a_cell_holds_a_vector_as_json_or_as_numpy_prints_it(cell: str):
    assert np.allclose(brought.of_cell(cell), [1, 2.5, -0.03])


@pytest.mark.parametrize("cell", ["", "[]", "some words", "[a, b]", '["1", "2"]', "[[1, 2], [3, 4]]", "[0.1 0.2 ... 0.3]", None, 3.5])
def test_what_is_no_list_of_numbers_is_no_vector(cell: Any):
    assert brought.of_cell(cell) is None


def test_cells_without_a_vector_are_left_out_and_said_why():
    found = brought.usable(brought.of_cells(["[1, 0]", None, "[NaN, 1]", "[0, 0]", "words", "[1e60, 1]", "[null, 2]"], range(2, 9), "v"),
                           range(2, 9), "v")
    assert found.places.tolist() == [0, 3] and found.vectors.tolist() == [[1, 0], [0, 0]], "a vector of zeros is one"
    assert found.left_out == {1: brought.MISSING, 2: brought.BROKEN, 4: brought.MISSING, 5: brought.BROKEN, 6: brought.BROKEN}


def test_cells_of_different_lengths_name_the_first_row_that_is_odd():
    with pytest.raises(StudioError, match=re.escape("most have 2 numbers, but that of row 4 has 3")):
        brought.of_cells(["[1, 2]", "[3, 4]", "[1, 2, 3]"], [2, 3, 4], "the column v")


def test_vectors_of_which_none_can_be_used_are_refused_with_their_first_rows():
    with pytest.raises(StudioError, match=re.escape("None of the 9 vectors") + ".*rows 2, 3, 4, 5, 6"):
        brought.usable(np.full((9, 2), np.nan, np.float32), range(2, 11), "mine.npy")


def test_the_same_vectors_have_the_same_key_and_others_another():
    keys = [brought.usable(rows, range(4), "v").key for rows in (ROWS, ROWS.copy(), ROWS * 2)]
    assert keys[0] == keys[1] != keys[2]


def test_an_attached_file_is_found_again_by_its_content_the_latest_first(home: Path):
    first = brought.attach("0123456789abcdef", io.BytesIO(npy(ROWS)), "first.npy", range(4))
    second = brought.attach("0123456789abcdef", npy(ROWS * 2), "second.npy", range(4))
    again = brought.attach("0123456789abcdef", npy(ROWS), "../again.npy", range(4))
    assert again.id == first.id and attachments.attached("0123456789abcdef") == {first.id: "again.npy", second.id: "second.npy"}
    assert np.array_equal(brought.opened(second.id), ROWS * 2) and attachments.attached("fedcba9876543210") == {}
    assert first.path.is_relative_to(home) and not first.path.is_relative_to(home / "cache")


def test_a_file_with_another_number_of_rows_is_refused_and_not_kept(home: Path):
    with pytest.raises(StudioError, match="own.npy has 4 vectors, but the data has 7 rows"):
        brought.attach("0123456789abcdef", npy(ROWS), "own.npy", range(7))
    assert attachments.attached("0123456789abcdef") == {} and not list(home.rglob("content"))
