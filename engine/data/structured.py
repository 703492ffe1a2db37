"""JSON lines, JSON and Parquet: tables that name their own columns."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from engine.data.cells import shown
from engine.data.encodings import Encoding, check_encoding, detect
from engine.data.limits import Limits
from engine.data.sources import Source
from engine.data.tables import Facts, Table, TableBuilder
from engine.errors import StudioError
from engine.words import number, size

_BATCH = 20_000
_CELLS_AT_ONCE = 500_000


def read_json_lines(source: Source, *, encoding: str | None, limits: Limits) -> Table:
    """One JSON object (or list) a line. StudioError names the first line that is none."""
    found = Encoding(check_encoding(encoding)) if encoding else detect(source)
    try:
        with found.open(source) as text:
            return _from_items(_lines(text, source.name), Facts("jsonl", encoding=found.name), limits, source.name)
    except UnicodeError as error:
        raise StudioError(f"{source.name} cannot be read as {found.name}.", "Choose another encoding, or let it be found.") from error


def _lines(text: Iterable[str], name: str) -> Iterator[tuple[int, Any]]:
    for line_number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        try:
            yield line_number, json.loads(line)
        except (ValueError, RecursionError) as error:
            raise StudioError(f"Line {line_number:,} of {name} is not JSON.",
                              "Each line must be one JSON object, such as {\"text\": \"…\", \"label\": \"…\"}.") from error


def read_json(source: Source, *, encoding: str | None, limits: Limits) -> Table:
    """A list of objects, an object of equally long lists, or an object that holds one of these."""
    if source.size > limits.json_octets:
        raise StudioError(f"{source.name} is a JSON file of {size(source.size)}; at most {size(limits.json_octets)} are read at once.",
                          "Save it as JSON lines (one object a line), which is read bit by bit.")
    found = Encoding(check_encoding(encoding)) if encoding else detect(source)
    try:
        with found.open(source) as text:
            value = json.loads(text.read().lstrip("\ufeff"))
    except UnicodeError as error:
        raise StudioError(f"{source.name} cannot be read as {found.name}.", "Choose another encoding, or let it be found.") from error
    except json.JSONDecodeError as error:
        raise StudioError(f"{source.name} is not whole JSON: line {error.lineno:,}, column {error.colno:,}.",
                          "Check that place, or save the table as CSV.") from error
    except (ValueError, RecursionError) as error:
        raise StudioError(f"{source.name} is JSON that is nested too deeply or holds a number that is too long.",
                          "Save the table as CSV.") from error
    items = _items(value, source.name)
    return _from_items(enumerate(items, start=1), Facts("json", encoding=found.name), limits, source.name)


def _items(value: Any, name: str) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        lists = {key: item for key, item in value.items() if isinstance(item, list)}
        objects = [item for item in lists.values() if item and all(isinstance(entry, dict) for entry in item)]
        if len(objects) == 1:
            return objects[0]
        if lists and len(lists) == len(value) and len({len(item) for item in lists.values()}) == 1:
            return [dict(zip(lists, entries, strict=True)) for entries in zip(*lists.values(), strict=True)]
        if value and not any(isinstance(item, (list, dict)) for item in value.values()):
            return [value]
    raise StudioError(f"{name} is JSON, but no table.", "It must be a list of objects that have the same keys.")


def _from_items(items: Iterable[tuple[int, Any]], facts: Facts, limits: Limits, name: str) -> Table:
    """Objects to rows: columns in the order in which their keys appear. Row numbers are the lines or positions."""
    import pandas

    columns: dict[str, int] = {}
    records: list[list[str]] = []
    numbers: list[int] = []
    builder = TableBuilder(False, limits)
    for row_number, item in items:
        records.append(_row(item, columns, row_number, name))
        numbers.append(row_number)
        if len(records) * len(columns) > _CELLS_AT_ONCE:
            builder.append(records, len(columns))
            records = []
    if not numbers:
        raise StudioError(f"{name} holds no rows.", "Upload a file with at least one row.")
    if records:
        builder.append(records, len(columns))
    frame = builder.frame(list(columns))
    frame.index = pandas.Index(numbers, name="row")
    return Table(frame, builder.facts_of(facts, len(numbers)))


def _row(item: Any, columns: dict[str, int], row_number: int, name: str) -> list[str]:
    if isinstance(item, dict):
        for key in item:
            columns.setdefault(key, len(columns))
        return [shown(item.get(key)) for key in columns]
    if isinstance(item, list):
        for position in range(len(item)):
            columns.setdefault(f"Column {position + 1}", len(columns))
        return [shown(value) for value in item]
    if isinstance(item, (str, int, float)):
        columns.setdefault("Column 1", 0)
        return [shown(item)]
    raise StudioError(f"Row {row_number:,} of {name} is neither an object nor a list.", "Each row must be one JSON object.")


def read_parquet(source: Source, *, limits: Limits) -> Table:
    """Every column as text; lists and structures as JSON."""
    import pandas
    import pyarrow
    import pyarrow.parquet

    try:
        with source.open() as stream:
            file = pyarrow.parquet.ParquetFile(stream)
            groups = [file.metadata.row_group(index) for index in range(file.metadata.num_row_groups)]
            unpacked = sum(group.total_byte_size for group in groups)
            # The numbers of lists, too: what is all the same takes next to nothing in the file.
            values = sum(group.column(place).num_values for group in groups for place in range(group.num_columns))
            cells = max(values, file.metadata.num_rows * len(file.schema_arrow.names))
            if cells > limits.cells or unpacked > limits.octets:
                raise StudioError(f"{source.name} has {number(cells)} cells and unpacks to {size(unpacked)}.",
                                  "Keep only the columns and rows that you need.")
            parts = [_text_batch(batch) for batch in file.iter_batches(batch_size=_BATCH)]
            names = file.schema_arrow.names
    except (pyarrow.ArrowException, OSError) as error:
        raise StudioError(f"{source.name} is a broken Parquet file.", "It may be cut short; save it again.") from error
    if not parts:
        raise StudioError(f"{source.name} holds no rows.", "Upload a file with at least one row.")
    frame = pyarrow.Table.from_batches(parts).to_pandas()
    builder = TableBuilder(False, limits)
    frame = builder.named(frame, names)
    frame.index = pandas.RangeIndex(1, len(frame) + 1, name="row")
    return Table(frame, builder.facts_of(Facts("parquet"), len(frame)))


def _text_batch(batch: Any) -> Any:
    import pyarrow
    import pyarrow.compute as compute

    columns = []
    for column in batch.columns:
        if pyarrow.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type) or pyarrow.types.is_integer(column.type):
            text = column.cast(pyarrow.large_string())
        elif (text := _lists_of_numbers(column)) is None:
            text = pyarrow.array([shown(value) for value in column.to_pylist()], type=pyarrow.large_string())
        columns.append(compute.if_else(compute.equal(text, ""), pyarrow.scalar(None, type=pyarrow.large_string()), text))
    return pyarrow.RecordBatch.from_arrays(columns, names=[str(position) for position in range(len(columns))])


def _lists_of_numbers(column: Any) -> Any:
    """A column of vectors as JSON, without an object for each number, which takes three times as long; None for another column."""
    import pyarrow
    import pyarrow.compute as compute
    from pyarrow import types

    kind = column.type
    if not (types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)):
        return None
    values = compute.list_flatten(column)
    numbers = types.is_floating(kind.value_type) or types.is_integer(kind.value_type)
    if not numbers or values.null_count or not compute.all(compute.is_finite(values), min_count=0).as_py():
        return None
    text = pyarrow.large_string()
    begin, comma, end, nothing = (pyarrow.scalar(part, text) for part in ("[", ", ", "]", ""))
    joined = compute.binary_join(column.cast(pyarrow.list_(text)), comma)
    return compute.fill_null(compute.binary_join_element_wise(begin, joined, end, nothing), nothing)
