import io
import json

import pandas
import pyarrow
import pyarrow.parquet
import pytest

from engine import data
from engine.data.limits import Limits
from engine.errors import StudioError


def test_json_lines_give_columns_in_order_and_line_numbers_as_rows() -> None:
    content = b'{"text": "one", "labels": ["x", "y"]}\n\n{"text": "two", "n": 1.0, "ok": true, "none": null}\n'
    table = data.read(content, "x.jsonl")
    assert list(table.frame.columns) == ["text", "labels", "n", "ok", "none"]
    assert list(table.frame.index) == [1, 3]
    assert list(table.frame.loc[3].fillna("")) == ["two", "", "1", "true", ""]
    assert table.frame.loc[1, "labels"] == '["x", "y"]'


@pytest.mark.parametrize("name", ["x.jsonl", "x.txt", "x.json"])
def test_json_lines_are_known_by_their_content(name: str) -> None:
    assert len(data.read(b'{"text": "one"}\n{"text": "two"}\n', name).frame) == 2


@pytest.mark.parametrize("content", [b'[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]', b'{"data": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}',
                                     b'{"a": [1, 2], "b": ["x", "y"]}', b'{\n "a": [1, 2],\n "b": ["x", "y"]\n}'])
def test_json_tables_of_several_shapes_are_the_same_table(content: bytes) -> None:
    table = data.read(content, "x.json")
    assert table.frame.to_dict("list") == {"a": ["1", "2"], "b": ["x", "y"]}


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [(b'{"text": "a"}\nnot json\n', "x.jsonl", "Line 2"), (b"[1, 2", "x.json", "line 1, column 6"),
     (b"[" * 100_000, "x.json", "nested too deeply"),
     (b'{"a": {"b": 1}}', "x.json", "no table"), (b"[]", "x.json", "no rows"), (b'{"a": [1, 2], "b": ["x"]}', "x.json", "no table"),
     (b'[{"a": 1}, null]', "x.json", "Row 2")],
)
def test_broken_json_is_refused_with_its_place(content: bytes, name: str, said: str) -> None:
    with pytest.raises(StudioError) as refusal:
        data.read(content, name)
    assert said in refusal.value.message and refusal.value.hint


def test_utf16_json_lines_read() -> None:
    assert data.read('{"text": "café"}\n{"text": "thé"}\n'.encode("utf-16"), "x.jsonl").frame["text"].tolist() == ["café", "thé"]


def parquet(table: pyarrow.Table) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file)
    return file.getvalue()


def test_parquet_columns_of_any_type_become_text() -> None:
    frame = pandas.DataFrame({"text": ["one", None], "n": [1, 2], "share": [0.5, 20.0], "kind": pandas.Categorical(["a", "b"]),
                              "day": pandas.to_datetime(["2024-05-01", "2024-05-02"])})
    content = parquet(pyarrow.Table.from_pandas(frame).append_column("labels", pyarrow.array([["x", "y"], []])))
    table = data.read(content, "x.parquet")
    assert list(table.frame.iloc[0]) == ["one", "1", "0.5", "a", "2024-05-01", '["x", "y"]']
    assert list(table.frame.index) == [1, 2]
    assert pandas.isna(table.frame.iloc[1, 0])
    assert table.frame.iloc[1, 2] == "20"


@pytest.mark.parametrize("kind", [pyarrow.list_(pyarrow.float32()), pyarrow.large_list(pyarrow.float64()),
                                  pyarrow.list_(pyarrow.float32(), 3)])
def test_parquet_columns_of_vectors_are_json_of_the_shortest_numbers(kind: pyarrow.DataType) -> None:
    rows = [[0.1, -2.5, 3e10], None, [1.0, 0.0, 1e-5], [None, 0.25, 1.0], [float("nan"), 0.25, 1.0]]
    for part in (rows, rows[:3]):
        cells = data.read(parquet(pyarrow.table({"vector": pyarrow.array(part, kind)})), "x.parquet").frame["vector"]
        assert pandas.isna(cells[2]) and json.loads(cells[1]) == pytest.approx(rows[0]) and json.loads(cells[3]) == pytest.approx(rows[2])
    assert cells[1].startswith("[0.1, -2.5, 3")


def test_broken_empty_and_too_large_parquet_is_refused() -> None:
    whole = parquet(pyarrow.table({"a": list(range(1_000))}))
    for content, said, limits in ((whole[:200], "broken", Limits()),
                                  (parquet(pyarrow.table({"a": pyarrow.array([], pyarrow.int64())})), "no rows", Limits()),
                                  (whole, "1,000 cells", Limits(cells=100)),
                                  (parquet(pyarrow.table({"v": pyarrow.array([[0.0] * 500] * 9)})), "4,500 cells", Limits(cells=100))):
        with pytest.raises(StudioError, match=said):
            data.read(content, "x.parquet", limits=limits)


def test_two_columns_of_one_name_in_parquet_are_kept_apart() -> None:
    table = pyarrow.Table.from_arrays([pyarrow.array(["a"]), pyarrow.array(["b"])], names=["text", "text"])
    assert data.read(parquet(table), "x.parquet").frame.to_dict("list") == {"text": ["a"], "text (2)": ["b"]}


def test_long_json_lines_are_read_bit_by_bit_and_keys_may_appear_late() -> None:
    row = json.dumps({"text": "hello there", **{f"key {number}": number for number in range(19)}}).encode() + b"\n"
    content = row * 30_000 + b'{"text": "bye", "late": 1}\n'
    frame = data.read(content, "x.jsonl").frame
    assert frame.shape == (30_001, 21)
    assert frame["late"].dropna().to_dict() == {30_001: "1"}
    with pytest.raises(StudioError, match="more than 1,000 cells"):
        data.read(content, "x.jsonl", limits=Limits(cells=1_000))
