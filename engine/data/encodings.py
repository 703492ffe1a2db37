"""Which encoding a text file has. UTF-8 is proved on the whole file; anything else is weighed on the lines that are not ASCII."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from engine.data.sources import CHUNK, Source
from engine.errors import StudioError

_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CANDIDATES = ["cp1252", "big5", "gb18030", "cp932", "euc_jp", "cp949", "cp1251", "koi8_r", "cp1250", "cp1253", "cp1254", "cp1255",
               "cp1256", "mac_roman", "cp874", "cp850", "iso8859_2"]
_LATIN = {"cp1252", "cp1250", "cp1254", "mac_roman", "cp850", "iso8859_2"}
_CENTRAL = {"Czech", "Slovak", "Polish", "Hungarian", "Croatian", "Slovene", "Slovenian", "Romanian"}
# Letters and signs that Western European texts are full of; a wrong guess turns them into others.
_WESTERN = frozenset("áéíóúàèìòùâêîôûäëïöüãõñçåæøœßÁÉÍÓÚÀÈÌÒÙÂÊÎÔÛÄËÏÖÜÃÕÑÇÅÆØŒ¿¡«»–—‘’‚“”„…€£°§´·ªº©®™\u00a0")
_WIDER = {"big5": ("cp950", "big5hkscs"), "cp1252": ("latin-1",), "euc_jp": ("euc_jis_2004",)}
_SAMPLE = 65_536
_SAVE_AS = "Save the table as CSV, Excel (xlsx), JSON lines or Parquet."
# Signs that no text has; 1, 2, 30 and 31 separate cells in some tables, 9 to 13 are tabs and line ends.
_CONTROL = bytes([*range(3, 9), *range(14, 27), 127])


@dataclass(frozen=True)
class Encoding:
    """name: Python's codec. damaged: some bytes do not fit and are read as �. nuls: zero bytes to be left out."""

    name: str
    damaged: bool = False
    nuls: bool = False
    given: bool = False

    def open(self, source: Source) -> io.TextIOWrapper:
        """The decoded text, line ends as they stand."""
        return io.TextIOWrapper(source.open(), encoding=self.name, errors="replace" if self.damaged else "strict", newline="")


def check_encoding(name: str) -> str:
    """The name as given, or StudioError if there is no such text encoding."""
    try:
        b"a".decode(name)
    except (LookupError, ValueError) as error:
        raise StudioError(f"There is no text encoding called {name!r}.",
                          "Common ones are utf-8, cp1252, latin-1, utf-16 and big5.") from error
    return name


def as_utf8(head: bytes) -> bytes:
    """The beginning of a file that bears a UTF-16 or UTF-32 mark in UTF-8; anything else as it is."""
    name = next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8-sig")
    return head if name == "utf-8-sig" else head.decode(name, errors="ignore").encode()


def detect(source: Source) -> Encoding:
    """The encoding of a whole text file; StudioError if it is no text."""
    head = source.head(4_000)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name)
    if unmarked := _without_mark(source.head(_SAMPLE)):
        return Encoding(unmarked)
    if _control_signs(head) > max(4, len(head) // 50):
        raise StudioError(f"{source.name} is not a text file.", _SAVE_AS)
    survey = _survey(source)
    if survey.nuls > max(20, source.size // 1000):
        raise StudioError(f"{source.name} is not a text file: it holds {survey.nuls:,} zero bytes.",
                          _SAVE_AS)
    if survey.utf8:
        return Encoding("utf-8", nuls=survey.nuls > 0)
    if _mostly_utf8(survey.sample):
        return Encoding("utf-8", damaged=True, nuls=survey.nuls > 0)
    likely = _weigh(survey.sample)
    for codec in (likely, *_WIDER.get(likely, ())):
        if _fits(source, codec):
            return Encoding(codec, nuls=survey.nuls > 0)
    return Encoding(likely, damaged=True, nuls=survey.nuls > 0)


@dataclass(frozen=True)
class _Survey:
    utf8: bool
    nuls: int
    sample: bytes


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _survey(source: Source) -> _Survey:
    """One pass over the file: is it UTF-8, does it hold zero bytes, and its first lines that are not ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, nuls, sample, taken = True, 0, [], 0
    with source.open() as stream:
        for chunk in _chunks(stream):
            nuls += chunk.count(0)
            plain = chunk.isascii()
            if utf8 and not (plain and not decoder.getstate()[0]):
                utf8 = _decodes(decoder, chunk)
            if not plain and taken < _SAMPLE:
                for line in chunk.splitlines():
                    if taken < _SAMPLE and not line.isascii():
                        sample.append(line[:2_000])
                        taken += len(sample[-1])
    return _Survey(utf8 and _decodes(decoder, b"", final=True), nuls, b"\n".join(sample))


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _control_signs(head: bytes) -> int:
    return len(head) - len(head.translate(None, _CONTROL))


def _fits(source: Source, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    with source.open() as stream:
        return all(_decodes(decoder, chunk) for chunk in _chunks(stream)) and _decodes(decoder, b"", final=True)


def _without_mark(head: bytes) -> str | None:
    """utf-16-le or utf-16-be without a byte order mark: every other byte of Western text is zero."""
    if len(head) < 4 or head.count(0) < len(head) // 5:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, errors="replace")
    readable = sum(letter.isprintable() or letter in "\r\n\t" for letter in text)
    letters = sum(letter.isalnum() for letter in text)
    return name if readable > 0.97 * len(text) and letters > 0.2 * len(text) else None


def _mostly_utf8(sample: bytes) -> bool:
    """A few damaged bytes in a UTF-8 file: far more letters decode than not."""
    text = sample.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    whole = sum(not letter.isascii() for letter in text) - damaged
    return whole > 2 * damaged


def _weigh(sample: bytes) -> str:
    """The likeliest legacy encoding of lines that hold bytes above 127."""
    import charset_normalizer

    # Accented letters stand alone among ASCII ones; Cyrillic, Greek or Chinese come as runs of high bytes.
    runs = re.findall(rb"[\x80-\xff]+", sample)
    alone = sum(map(len, runs)) < 1.4 * len(runs)
    best = charset_normalizer.from_bytes(sample, cp_isolation=sorted(_LATIN) if alone else _CANDIDATES).best()
    if best is None:
        return "cp1252"
    if best.encoding not in _LATIN:
        return best.encoding
    if best.language in _CENTRAL:
        return "cp1250"
    if best.language == "Turkish":
        return "cp1254"
    usual = _western_share(sample, "cp1252")
    other = max(("mac_roman", "cp850"), key=lambda codec: _western_share(sample, codec))
    return other if _western_share(sample, other) > usual + 0.3 else "cp1252"


def _western_share(sample: bytes, codec: str) -> float:
    letters = [letter for letter in sample.decode(codec, errors="replace") if not letter.isascii()]
    return sum(letter in _WESTERN for letter in letters) / max(1, len(letters))
