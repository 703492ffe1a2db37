import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from engine import data
from engine.data.limits import Limits
from engine.data.sources import display_name
from engine.errors import StudioError

SIMPLE = "text,label\nhello there,greeting\nwhere is my card,card\n"


def refusal(content: bytes, name: str = "orders.csv", **options: object) -> StudioError:
    with pytest.raises(StudioError) as caught:
        data.read(content, name, **options)  # type: ignore[arg-type]
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_western_text_reads_the_same_in_every_encoding(encoding: str) -> None:
    text = "text,label\nDas Gerät für die Küche ist größer,lob\nLe café était fermé à midi,critique\n"
    table = data.read(text.encode(encoding), "x.csv")
    assert table.facts.encoding == encoding
    assert list(table.frame["text"]) == ["Das Gerät für die Küche ist größer", "Le café était fermé à midi"]


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [("cp1251", "Привет, как дела? Это хорошая книга"), ("cp932", "これは日本語の文章です。とても良い"),
     ("gb18030", "这是一个很好的产品，我很喜欢"),
     ("big5", "這是一個很好的產品，我很喜歡"), ("cp949", "이것은 한국어 문장입니다 아주 좋아요"), ("cp1253", "Καλημέρα κόσμε, τι κάνεις"),
     ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy"), ("mac_roman", "Größe, Übermaß, Füße, Straße, Äpfel, schön")],
)
def test_the_script_of_old_encodings_is_recognised(encoding: str, sentence: str) -> None:
    content = "text;label\n" + "".join(f"{sentence};{number}\n" for number in range(20))
    table = data.read(content.encode(encoding), "x.csv")
    assert table.frame["text"].iloc[0] == sentence


def test_a_foreign_byte_far_down_in_the_file_is_seen() -> None:
    content = b"text,label\n" + b"plain words,a\n" * 100_000 + "Grüße,b\n".encode("cp1252")
    table = data.read(content, "x.csv")
    assert (table.facts.encoding, table.frame["text"].iloc[-1]) == ("cp1252", "Grüße")


def test_one_damaged_byte_in_utf8_does_not_turn_the_rest_into_mojibake() -> None:
    table = data.read("text,label\ncafé,a\nüber,b\nñandú,c\n".encode() + b"bad \xff byte,d\n", "x.csv")
    assert list(table.frame["text"]) == ["café", "über", "ñandú", "bad � byte"]
    assert any("do not fit the encoding" in note for note in table.facts.notes)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "^", "~"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(delimiter: str, line_end: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([["text", "label"], [f"one{delimiter} two", "a"], ["three\nlines\nhere", "b"], ["plain", "c"]])
    table = data.read(file.getvalue().encode(), "x.txt")
    assert (table.facts.delimiter, table.frame.shape) == (delimiter, (3, 2))
    assert list(table.frame["text"]) == [f"one{delimiter} two", "three\nlines\nhere", "plain"]


def test_one_column_of_prose_is_never_split_at_its_commas() -> None:
    lines = ["text", "I like it, sure", "No, never, ever", "Well", "Oh, no", "fine by me", "This; that: and more|or less", "yes, of course"]
    table = data.read("\n".join(lines).encode(), "x.txt")
    assert list(table.frame.columns) == ["text"]
    assert list(table.frame["text"]) == lines[1:]


def test_decimal_commas_do_not_win_over_semicolons() -> None:
    table = data.read(b"1,5;2,7;3,1\n1,6;2,8;3,3\n" * 5, "x.csv")
    assert (table.facts.delimiter, table.frame.shape) == (";", (10, 3))


def test_stray_quotation_marks_do_not_swallow_rows() -> None:
    rows = "text\tlabel\n" + 'he said "hi\tx\n"quoted start\ty\nfine\tz\nok "mid" q\tw\n' * 10
    table = data.read(rows.encode(), "x.tsv")
    assert len(table.frame) == 40
    assert table.frame["text"].iloc[1] == '"quoted start'


def test_header_names_are_trimmed_named_and_made_unique() -> None:
    table = data.read(b' text , text,,Text,last  one\nhello there,again,1,2,3\nmore words,and more,4,5,6\n', "x.csv")
    assert list(table.frame.columns) == ["text", "text (2)", "Column 3", "Text (3)", "last one"]


def test_a_header_is_guessed_and_can_be_changed() -> None:
    content = SIMPLE.encode()
    assert data.read(content, "x.csv").facts.header_row == 1
    without = data.read(content, "x.csv", header=False)
    assert (without.facts.header_row, len(without.frame), list(without.frame.index)) == (None, 3, [1, 2, 3])
    second = data.read(content, "x.csv", header=2)
    assert (list(second.frame.columns), list(second.frame.index)) == (["hello there", "greeting"], [3])
    assert data.read(b"1,2\n3,4\n", "x.csv", header=True).facts.header_row == 1
    assert "no row 9" in refusal(content, header=9).message


def test_a_label_that_comes_again_is_data_and_not_a_header() -> None:
    content = "sport;the match was lost in the last minute\nmoney;rates rise by half a percent\nsport;a goal after two hours of play\n" * 5
    assert data.read(content.encode(), "x.csv").facts.header_row is None


def test_row_numbers_are_those_of_the_file_and_blank_lines_count() -> None:
    table = data.read(b"text,label\none word,a\n\n,\ntwo words,b\n", "x.csv")
    assert list(table.frame.index) == [2, 5]
    assert any("2 blank rows" in note for note in table.facts.notes)


def test_ragged_rows_are_kept_in_extra_columns_counted_and_numbered() -> None:
    table = data.read(b"text,label\none,a\ntwo,b,c,d\nthree\nfour,e\n", "x.csv")
    assert (table.facts.ragged, table.facts.ragged_count) == ((3, 4), 2)
    assert list(table.frame.loc[3]) == ["two", "b", "c", "d"]
    assert table.frame.loc[4].isna().tolist() == [False, True, True, True]


def test_one_very_wide_row_does_not_blow_up_the_table() -> None:
    wide = ",".join(["x"] * 5_000)
    table = data.read(f"text,label\n{'one,a' + chr(10)}{wide}\n{'two,b' + chr(10)}".encode() + b"three,c\n" * 300, "x.csv")
    assert table.frame.shape[1] < 100
    assert " ".join(table.frame.loc[3].dropna()).count("x") == 5_000


def test_ten_thousand_columns_are_read_and_too_many_are_refused() -> None:
    def columns(count: int) -> bytes:
        return (",".join(f"c{number}" for number in range(count)) + "\n" + ",".join(["1"] * count) + "\n").encode()

    assert data.read(columns(10_000), "x.csv").frame.shape == (1, 10_000)
    assert "30,000 columns" in refusal(columns(30_000)).message


def test_a_cell_of_ten_megabytes_is_read_and_an_endless_line_is_refused() -> None:
    table = data.read(b"text,label\n" + b"x" * 10_000_000 + b",a\n", "x.csv")
    assert len(table.frame["text"].iloc[0]) == 10_000_000
    small = Limits(cell=1_000_000)
    assert "more than 1 MB" in refusal(b"text,label\n" + b"x" * 1_500_000 + b",a\n", limits=small).message
    assert "a line of more than 2 MB" in refusal(b"x" * 9_000_000, limits=small).message


def test_too_many_cells_and_too_large_a_file_are_refused_with_the_limit() -> None:
    assert "more than 100 cells" in refusal(b"a,b\n" + b"word,word\n" * 200, limits=Limits(cells=100)).message
    assert "at most 100 B" in refusal(b"a,b\n" + b"word,word\n" * 200, limits=Limits(octets=100)).message


def test_zero_bytes_are_left_out_and_said() -> None:
    table = data.read(b"te\0xt,label\nfirst wo\0rd,a\nsecond word of it,b\nthird word of it,c\n", "x.csv")
    assert list(table.frame["text"]) == ["first word", "second word of it", "third word of it"]
    assert any("Zero bytes" in note for note in table.facts.notes)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\n\n\n", "holds no rows"), (b"   \n\t\n", "holds no rows"),
     (b"\xff\xd8\xff\xe0JFIF" + b"a,b\n" * 9, "is a JPEG picture"),
     (b"%PDF-1.7\n1,2", "is a PDF document"), (b"<!DOCTYPE html><table>", "is a web page"), (b"<?xml version='1.0'?><a/>",
                                                                                             "is an XML document"),
     (b"\x1f\x8b\x08\x00", "is a gzip archive"), (b"SQLite format 3\x00", "is a SQLite database"), (b"\x80\x04K\x01.",
                                                                                                    "is a Python pickle"),
     (b"PK\x03\x04 cut short", "is a broken zip archive"), (bytes(range(1, 256)) * 9, "is not a text file"), (bytes(5_000), "zero bytes")],
)
def test_what_is_no_table_is_named_whatever_its_file_is_called(content: bytes, said: str) -> None:
    assert said in refusal(content, "orders.csv").message


def test_a_file_of_one_row_and_of_one_byte_is_read() -> None:
    assert data.read(b"text,label\n", "x.csv").frame.shape == (0, 2)
    assert data.read(b"a", "x.csv").frame.shape == (1, 1)


def test_wrong_wishes_are_refused_by_name() -> None:
    assert "'nonsense'" in refusal(SIMPLE.encode(), encoding="nonsense").message
    assert "utf-8" in refusal("text,label\nä,b\n".encode("cp1252"), encoding="utf-8").message
    assert "'||'" in refusal(SIMPLE.encode(), delimiter="||").message


def test_encoding_and_delimiter_can_be_set() -> None:
    table = data.read("a b;label\nñ o;x\n".encode("cp850"), "x.csv", encoding="cp850", delimiter=" ", header=True)
    assert (list(table.frame.columns), table.frame.iloc[0, 0]) == (["a", "b;label"], "ñ")


@pytest.mark.parametrize("name", ["../../big.csv", "..\\..\\big.csv", "/etc/big.csv", "C:\\data\\big.csv"])
def test_a_raw_name_is_shown_without_its_path_and_never_used_as_one(name: str) -> None:
    assert display_name(name) == "big.csv"
    assert len(data.read(SIMPLE.encode(), name).frame) == 2


def test_strange_names_become_something_to_show() -> None:
    assert display_name("") == display_name("..") == display_name("/") == "table"
    assert len(display_name("x" * 5_000 + ".csv")) <= 120
    assert "\n" not in display_name("a\nb.csv")


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") if name.startswith("sub") else name, content)
    return file.getvalue()


def test_a_zip_with_one_table_is_read_and_what_macos_adds_is_passed_over() -> None:
    content = zipped(**{"orders.csv": SIMPLE.encode(), "__MACOSX/._orders.csv": b"x", ".DS_Store": b"y"})
    assert len(data.read(content, "orders.zip").frame) == 2


def test_a_zip_of_two_tables_of_a_zip_or_of_nothing_is_refused(home: Path) -> None:
    assert "2 files (a.csv, b.csv)" in refusal(zipped(**{"a.csv": b"x", "b.csv": b"y"}), "x.zip").message
    assert "another zip" in refusal(zipped(**{"a.zip": zipped(**{"a.csv": b"x,y"})}), "x.zip").message
    assert "no file" in refusal(zipped(), "x.zip").message
    assert not list((home / "cache").iterdir())


def test_a_small_zip_that_unpacks_to_very_much_is_stopped(home: Path) -> None:
    bomb = zipped(**{"a.csv": b"0" * 30_000_000})
    assert "unpacks to more than" in refusal(bomb, "x.zip", limits=Limits(archive_ratio=100)).message
    assert not list((home / "cache").iterdir())


def test_reading_imports_no_model_library() -> None:
    code = ("import sys; from engine import data; data.read(b'a,b\\n1,2\\n', 'x.csv');"
            "print(*[name for name in ('torch', 'transformers', 'sklearn', 'streamlit') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_facts_of_a_table_survive_json() -> None:
    from engine.data import Facts

    facts = data.read(b"text,label\none,a\ntwo,b,c\n", "x.csv").facts
    assert Facts.of(json.loads(json.dumps(facts.to_dict()))) == facts
