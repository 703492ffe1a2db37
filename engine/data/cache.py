"""A parsed table beside its upload as Parquet, so that it opens again in a blink."""

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from engine import disk
from engine.data.reading import read
from engine.data.tables import Facts, Table
from engine.data.uploads import Upload
from engine.errors import StudioError

log = logging.getLogger(__name__)
_KEY = b"backprop.table"


def table(upload: Upload, options: Mapping[str, Any]) -> Table:
    """The upload read with these options; the first time it is parsed, later it is opened."""
    path = upload.folder / f"table-{_digest(options)}.parquet"
    if path.is_file():
        try:
            return _open(path)
        except Exception:
            log.warning("Cached table %s cannot be read; the upload is read again", path.name, exc_info=True)
    if not upload.path.is_file():
        raise StudioError(f"{upload.name} is not here any more.", "It was deleted meanwhile; upload the file again.")
    result = read(upload.path, upload.name, **options)
    try:
        disk.write_atomically(path, lambda stream: _write(result, stream), upload.name)
    except Exception:
        # A cache that cannot be written (a full disk, say) must not keep anybody from reading.
        log.warning("Table %s could not be cached", path.name, exc_info=True)
    return result


def facts(upload: Upload, options: Mapping[str, Any]) -> Facts:
    """How it was read, without the rows where they are cached."""
    import pyarrow.parquet

    path = upload.folder / f"table-{_digest(options)}.parquet"
    if not path.is_file():
        return table(upload, options).facts
    about = json.loads(pyarrow.parquet.read_schema(path).metadata[_KEY])
    return Facts.of(about["facts"])


def _digest(options: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(dict(options), sort_keys=True).encode()).hexdigest()[:12]


def _write(result: Table, stream: BinaryIO) -> None:
    import pyarrow
    import pyarrow.parquet

    frame = result.frame
    about = json.dumps({"names": list(frame.columns), "facts": result.facts.to_dict()})
    columns = [pyarrow.array(frame.iloc[:, position], type=pyarrow.large_string(), from_pandas=True) for position in range(frame.shape[1])]
    # Columns go by position: names may be anything. The row numbers come last.
    data = pyarrow.table([*columns, pyarrow.array(frame.index.to_numpy())], names=[str(position) for position in range(len(columns) + 1)])
    pyarrow.parquet.write_table(data.replace_schema_metadata({_KEY: about.encode()}), stream, compression="lz4")


def _open(path: Path) -> Table:
    import pandas
    import pyarrow.parquet

    data = pyarrow.parquet.read_table(path)
    about = json.loads(data.schema.metadata[_KEY])
    frame = data.replace_schema_metadata(None).to_pandas()
    numbers = frame.pop(str(len(about["names"])))
    frame.columns = pandas.Index(about["names"], dtype="object")
    frame.index = pandas.Index(numbers.to_numpy(), name="row")
    return Table(frame, Facts.of(about["facts"]))
