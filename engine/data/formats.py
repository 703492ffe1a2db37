"""What a file is, by its first bytes: a table, or something else that is named and refused. Names are only a hint."""

import json
import re
import zipfile

from engine.data import encodings
from engine.data.sources import Source
from engine.errors import StudioError

SAVE_AS = "Save the table as CSV or Excel (xlsx) and upload that."

# (first bytes, what it is, what to do); the first match counts.
_NOT_TABLES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xd8\xff", "a JPEG picture", "Pictures go to the image tasks; a table is a CSV, Excel, JSON lines or Parquet file."),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", "Pictures go to the image tasks; a table is a CSV, Excel, JSON lines or Parquet file."),
    (b"GIF8", "a GIF picture", "Pictures go to the image tasks; a table is a CSV, Excel, JSON lines or Parquet file."),
    (b"II*\x00", "a TIFF picture", "Pictures go to the image tasks; a table is a CSV, Excel, JSON lines or Parquet file."),
    (b"MM\x00*", "a TIFF picture", "Pictures go to the image tasks; a table is a CSV, Excel, JSON lines or Parquet file."),
    (b"\x00\x00\x01\x00", "an icon (ICO)", "Pictures go to the image tasks; a table is a CSV, Excel, JSON lines or Parquet file."),
    (b"\x01\xda", "an SGI picture", "Pictures go to the image tasks; a table is a CSV, Excel, JSON lines or Parquet file."),
    (b"%PDF-", "a PDF document", SAVE_AS),
    (b"{\\rtf", "a rich text document", SAVE_AS),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and upload the table inside."),
    (b"BZh91AY&SY", "a bzip2 archive", "Unpack it and upload the table inside."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it and upload the table inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it and upload the table inside."),
    (b"Rar!\x1a", "a RAR archive", "Unpack it and upload the table inside."),
    (b"\x93NUMPY", "a NumPy array", SAVE_AS),
    (b"ARROW1", "an Arrow (Feather) file", "Save it as Parquet or CSV and upload that."),
    (b"SQLite format 3\x00", "a SQLite database", "Export the table from it as CSV."),
    (b"\x89HDF", "an HDF5 file", SAVE_AS),
    (b"\x7fELF", "a program", SAVE_AS),
    (b"OggS\x00", "a sound file", SAVE_AS),
)
_PICKLE = re.compile(rb"\A(?:\x80[\x02-\x05]|"
                     rb"c(?:__builtin__|builtins|posix|nt|os)\n|\([dl]p\d+\n|\((?:S'|i?os\n|i__builtin__\n)[^\n]*\n.*\.\Z)", re.DOTALL)
_PICKLE_ENDINGS = ("pkl", "pickle", "pt", "pth", "joblib", "dill", "bin")
_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|table|head|body)", re.IGNORECASE)
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml", re.IGNORECASE)


def sniff(source: Source) -> str:
    """"text", "json", "jsonl", "parquet", "xls", "xlsx", "ods" or "zip"; StudioError for what is no table."""
    head = source.head()
    if not head:
        raise StudioError(f"{source.name} is empty.", "Upload a file that holds at least a header and one row.")
    _refuse_others(source, head)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        _refuse_containers(source)
        return "xls"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")) or (source.ending == "zip" and b"PK\x01\x02" in head):
        return _kind_of_zip(source)
    return _kind_of_text(source, head)


def _refuse_others(source: Source, head: bytes) -> None:
    for magic, what, hint in _NOT_TABLES:
        if head.startswith(magic):
            raise StudioError(f"{source.name} is {what}, not a table.", hint)
    if head.startswith(b"RIFF") and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        raise StudioError(f"{source.name} is a media file ({head[8:12].decode().strip()}), not a table.", SAVE_AS)
    if _PICKLE.match(head) or source.ending in _PICKLE_ENDINGS:
        raise StudioError(f"{source.name} is a Python pickle or a weights file, not a table.",
                          "Opening a pickle can run code, so it is never opened. " + SAVE_AS)
    if _MARKUP.match(head):
        raise StudioError(f"{source.name} is a web page (HTML), not a table.",
                          "Open it in a spreadsheet program and save it as CSV or xlsx.")
    if _XML.match(head):
        raise StudioError(f"{source.name} is an XML document, not a table.", SAVE_AS)


def _refuse_containers(source: Source) -> None:
    """Old Office files share one container: encrypted workbooks and Word documents look like xls at first."""
    with source.open() as stream:
        content = stream.read(20_000_000)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise StudioError(f"{source.name} is protected by a password.", "Save it without a password and upload that.")
    for name, what in (("WordDocument", "a Word document"), ("PowerPoint Document", "a PowerPoint document")):
        if name.encode("utf-16-le") in content:
            raise StudioError(f"{source.name} is {what}, not a table.", SAVE_AS)


def _kind_of_zip(source: Source) -> str:
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype") if "mimetype" in names and archive.getinfo("mimetype").file_size < 200 else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        what = "spreadsheet" if source.name.lower().endswith((".xlsx", ".xlsm", ".ods")) else "zip archive"
        raise StudioError(f"{source.name} is a broken {what}.", "It may be cut short; make or download it again.") from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise StudioError(f"{source.name} is a binary Excel workbook (xlsb).", "Save it as xlsx or CSV and upload that.")
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise StudioError(f"{source.name} is an Office document, not a table.", SAVE_AS)
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if mimetype:
        raise StudioError(f"{source.name} is an OpenDocument file, but no spreadsheet.", SAVE_AS)
    return "zip"


def _kind_of_text(source: Source, head: bytes) -> str:
    start = encodings.as_utf8(head).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        first = start.splitlines()[0]
        try:
            json.loads(first)
        except (ValueError, RecursionError):
            if source.ending in ("csv", "tsv"):
                return "text"
            return "jsonl" if source.ending in ("jsonl", "ndjson") else "json"
        return "json" if source.ending == "json" and source.size < 3 * len(first) and not _second_object(start) else "jsonl"
    if start.startswith(b"[") and source.ending not in ("csv", "tsv"):
        return "jsonl" if source.ending in ("jsonl", "ndjson") else "json"
    return "text"


def _second_object(start: bytes) -> bool:
    rest = [line for line in start.splitlines()[1:2] if line.strip()]
    return bool(rest) and rest[0].lstrip().startswith(b"{")
