"""Vectors that were computed elsewhere: read from a file or from cells, trusting neither, and kept beside the data that they are of."""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from engine.data import attachments
from engine.data.uploads import Upload, open_upload, store
from engine.errors import StudioError
from engine.similarity.computed import Computed
from engine.similarity.vectors import Floats
from engine.words import number, plural

MOST = 500_000_000  # numbers of one file: 2 GB of fp32
NAMED = 5  # rows that an error names
MISSING = "There is no vector in its row."
BROKEN = "Its vector holds something that is no number."
SHAPE = "Bring a table of numbers with one row for each item, of the shape (items, numbers)."
SAVE = "Save it with numpy.save, or as a Parquet file with a column of lists of numbers."

Source = bytes | Path | BinaryIO


def read_vectors(source: Source, name: str = "vectors.npy") -> Floats:
    """(N, D) fp32 of an NPY file, or of the column of lists in a Parquet file. A row without a vector is NaN.

    StudioError: neither of them, pickled objects, not two-dimensional, no number in it, cut short, or too large. Nothing is run and
    nothing large is read before that is known.
    """
    with _opened(source) as stream:
        head = stream.read(8)
        stream.seek(0)
        if not head:
            raise StudioError(f"{name} is empty.", SAVE)
        if head.startswith(np.lib.format.MAGIC_PREFIX):
            return _npy(stream, name)
        if head.startswith(b"PAR1"):
            return _parquet(stream, name)
    if head.startswith(b"PK"):
        raise StudioError(f"{name} is an archive (NPZ or zip), not one array.", SAVE)
    if head.startswith(b"\x80"):
        raise StudioError(f"{name} holds pickled objects, which are never opened.", SAVE)
    raise StudioError(f"{name} is neither an NPY nor a Parquet file.", SAVE)


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    """A reader at the first byte; what was open already stays open."""
    if isinstance(source, bytes | Path):
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
            yield stream
        return
    source.seek(0)
    yield source


def _npy(stream: BinaryIO, name: str) -> Floats:
    header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    try:
        shape, _, kind = header[np.lib.format.read_magic(stream)](stream)
    except (ValueError, KeyError, EOFError) as error:
        raise StudioError(f"{name} is a broken NPY file.", "It may be cut short; save it again.") from error
    if kind.hasobject:
        raise StudioError(f"{name} holds pickled objects, which are never opened.",
                          "Save an array of numbers: numpy.save(file, numpy.asarray(vectors, dtype=numpy.float32)).")
    if kind.kind not in "fiu":
        raise StudioError(f"{name} holds {kind.name}, not numbers.", SAVE)
    _check_shape(shape, name)
    start = stream.tell()
    if stream.seek(0, io.SEEK_END) - start < shape[0] * shape[1] * kind.itemsize:
        raise StudioError(f"{name} is cut short: it should hold {' x '.join(map(number, shape))} numbers.", "Save or copy it again.")
    stream.seek(0)
    with np.errstate(over="ignore"):  # too large for fp32: infinite, and said of that row
        return np.ascontiguousarray(np.lib.format.read_array(stream, allow_pickle=False), dtype=np.float32)


def _check_shape(shape: tuple[int, ...], name: str) -> None:
    if len(shape) != 2 or min(shape) < 1:
        raise StudioError(f"{name} has the shape {shape}.", SHAPE)
    if shape[0] * shape[1] > MOST:
        raise StudioError(f"{name} has {' x '.join(map(number, shape))} numbers; at most {number(MOST)} can be read.",
                          "Bring fewer rows, or shorter vectors.")


def _parquet(stream: BinaryIO, name: str) -> Floats:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(stream)
        lists = [field.name for field in file.schema_arrow if _is_vector(field.type)]
        column = next((own for own in lists if own == "vector" or len(lists) == 1), None)
        if column is None:
            raise StudioError(f"{name} has {plural(len(lists), 'column')} of lists of numbers.",
                              "Keep one of them, or call the right one vector." if lists else SAVE)
        groups = [file.metadata.row_group(index) for index in range(file.metadata.num_row_groups)]
        if sum(group.column(place).num_values for group in groups for place in range(group.num_columns)
               if group.column(place).path_in_schema.split(".")[0] == column) > MOST:
            raise StudioError(f"{name} is too large: at most {number(MOST)} numbers can be read.", "Keep only the column of vectors.")
        return _lists(file.read(columns=[column]).column(0), name)
    except (pyarrow.ArrowException, OSError) as error:
        raise StudioError(f"{name} is a broken Parquet file.", "It may be cut short; save it again.") from error


def _is_vector(kind: Any) -> bool:
    from pyarrow import types

    nested = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return nested and (types.is_floating(kind.value_type) or types.is_integer(kind.value_type))


def _lists(column: Any, name: str) -> Floats:
    """(N, D) of an Arrow column of lists; what is null is NaN."""
    import pyarrow
    import pyarrow.compute as compute

    lengths = compute.fill_null(compute.list_value_length(column), 0).to_numpy()
    width = _width(lengths, range(1, len(lengths) + 1), name)
    found = np.full((len(lengths), width), np.nan, np.float32)
    values = compute.list_flatten(column).cast(pyarrow.float32(), safe=False)
    found[lengths > 0] = values.to_numpy().reshape(-1, width)
    return found


def of_cells(cells: Iterable[Any], numbers: Sequence[int], name: str) -> Floats:
    """(N, D) of cells that hold lists of numbers as text; of a cell that holds none NaN. numbers: of the rows, for errors.

    StudioError: lists of different lengths, or no list at all.
    """
    lists = [of_cell(cell) for cell in cells]
    width = _width(np.array([0 if one is None else len(one) for one in lists]), numbers, name)
    nothing = np.full(width, np.nan, np.float32)
    return np.stack([nothing if one is None else one for one in lists])


def of_cell(cell: Any) -> Floats | None:
    """The numbers of a text such as "[0.1, 0.2]", as JSON or as NumPy prints it; None where it is no list of numbers."""
    text = cell.strip() if isinstance(cell, str) else ""
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        with np.errstate(over="ignore"):
            found = np.array(text[1:-1].replace("null", "nan").replace(",", " ").split(), dtype=np.float32)
    except ValueError:
        return None
    return found if len(found) else None


def _width(lengths: Any, numbers: Sequence[int], name: str) -> int:
    """The one length of all vectors; rows without one have the length 0."""
    different, first, counts = np.unique(lengths[lengths > 0], return_index=True, return_counts=True)
    if not len(different):
        raise StudioError(f"There is no vector in {name}.", SAVE)
    if len(different) > 1:
        usual = different[counts.argmax()]
        odd = int(np.flatnonzero((lengths > 0) & (lengths != usual))[0])
        raise StudioError(f"The vectors in {name} have different lengths: most have {number(usual)} numbers, but that of row "
                          f"{number(numbers[odd])} has {number(lengths[odd])}.", "Bring vectors of one and the same model.")
    _check_shape((len(lengths), int(different[0])), name)
    return int(different[0])


def usable(vectors: Floats, numbers: Sequence[int], name: str) -> Computed:
    """The rows that can be compared, and why the others cannot. numbers: of the rows, for errors. StudioError: not one of them can."""
    finite = np.isfinite(vectors)
    good = finite.all(axis=1)
    left_out = {int(row): BROKEN if finite[row].any() else MISSING for row in np.flatnonzero(~good)}
    if not good.any():
        named = ", ".join(number(numbers[row]) for row in range(min(NAMED, len(vectors))))
        raise StudioError(f"None of the {plural(len(vectors), 'vector')} in {name} can be used: each holds something that is no number "
                          f"(NaN or infinite), such as those of the rows {named}.", "Compute them again, or let a model compute them here.")
    digest = hashlib.sha256(f"{vectors.shape}".encode())
    digest.update(np.ascontiguousarray(vectors).data)
    return Computed(vectors if good.all() else vectors[good], np.flatnonzero(good), left_out, digest.hexdigest()[:32])


# Kept beside the data

def attach(dataset: str, source: Source, name: str, rows: Sequence[int]) -> Upload:
    """Keep a file of vectors, one for each row of a saved data set. It can't be computed again: it stays until it is deleted.

    rows: the numbers of the data set's rows. StudioError: it cannot be read, or has another number of rows; then nothing is kept.
    """
    vectors = read_vectors(source, name)
    fits(vectors, len(rows), name)
    usable(vectors, rows, name)
    upload = store(source, name)
    attachments.attach(dataset, upload)
    return upload


def fits(vectors: Floats, rows: int, name: str) -> None:
    """Refuse what has not one vector for each row."""
    if len(vectors) != rows:
        raise StudioError(f"{name} has {plural(len(vectors), 'vector')}, but the data has {plural(rows, 'row')}.",
                          "Bring a file with one vector for each row, in the order of the rows.")


def opened(identity: str) -> Floats:
    """The vectors of a file that was kept; StudioError if it is not there."""
    upload = open_upload(identity)
    return read_vectors(upload.path, upload.name)
