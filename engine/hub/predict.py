"""Answers for a CSV file, with the model that lies beside this program.

    python predict.py messages.csv                            answers into messages-answers.csv
    python predict.py messages.csv --column Message --output out.csv
    python predict.py --check                                 answers the golden inputs again and compares

A model of several tasks answers the first, or the one that --task names. Images are given as the paths of their files; relative ones
start from the folder of the CSV.

Needs what requirements.txt names (pip install -r requirements.txt), and no network.
"""

import argparse
import codecs
import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHUNK = 256  # rows in memory at a time
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SAME_PRECISION, OTHER_PRECISION = 0.005, 0.03  # how far a probability may be off; bf16 keeps about three digits

Rows = list[dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if all went well, 1 with a sentence on standard error if not."""
    sys.path.insert(0, str(HERE))  # the engine's source lies beside this file, and comes before any other
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        from engine.errors import StudioError
        from engine.tasks import task_class

        golden = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))
        names = [one["task"] for one in golden["checks"]]
        task = task_class(_asked_for(names, arguments))
        chosen = _parser(task, names).parse_args(arguments)
        try:
            return check(golden) if chosen.check else predict(task, chosen)
        except StudioError as error:
            print(error, file=sys.stderr)
    except ImportError as error:
        print(f"{error}. Install what is missing: pip install -r {HERE / 'requirements.txt'}", file=sys.stderr)
    except OSError as error:
        print(error, file=sys.stderr)
    except (UnicodeError, LookupError) as error:
        print(f"The file cannot be read in this encoding ({error}). Give another --encoding.", file=sys.stderr)
    except csv.Error as error:
        print(f"The file is not a table that can be read ({error}). Give its --delimiter.", file=sys.stderr)
    return 1


def _asked_for(names: Sequence[str], arguments: Sequence[str] | None) -> str:
    """The task that --task names, whose options the other arguments are; the model's first otherwise."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--task", choices=names, default=names[0])
    return str(first.parse_known_args(arguments)[0].task)


def _parser(task: Any, names: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("--task", choices=names, default=names[0], help=f"what is answered (default: {names[0]})")
    parser.add_argument("file", nargs="?", type=Path, help="a CSV file with a header")
    parser.add_argument("--column", action="append", default=[], metavar="NAME",
                        help="the column to read; for a task with several inputs INPUT=NAME, once for each")
    parser.add_argument("--output", type=Path, help="the file to write (default: beside the file, with -answers in its name)")
    parser.add_argument("--delimiter", type=_sign, help="what separates the columns (found by itself)")
    parser.add_argument("--encoding", help="how the file is encoded (default: UTF-8, else Windows-1252)")
    parser.add_argument("--check", action="store_true", help="answer the golden inputs again and compare with the answers at export")
    for field in task.options:
        kind = {"integer": int, "number": float}.get(field.kind, str)
        help = (field.help + (" Separated by commas." if field.kind == "labels" else "")).replace("%", "%%")
        if field.kind == "switch":
            parser.add_argument(f"--{field.name.replace('_', '-')}", action=argparse.BooleanOptionalAction, help=help, default=None)
        else:
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, help=help)
    return parser


def _sign(text: str) -> str:
    sign = {"\\t": "\t", "tab": "\t"}.get(text, text)
    if len(sign) != 1 or sign in '"\r\n':
        raise argparse.ArgumentTypeError("it is one sign, such as ; or tab")
    return sign


def load(task: str) -> Any:
    """The task with the model of this folder behind it."""
    from engine.tasks import task_class

    return task_class(task)(model=_model())


@cache
def _model() -> Any:
    from engine.models.packages import read_package

    return read_package(HERE / "model")


def check(golden: dict[str, Any]) -> int:
    """Answer the golden inputs and compare: the same answers, and numbers as near as the precision allows."""
    import engine

    if Path(str(engine.__file__)).resolve().parent != HERE / "engine":
        print(f"The engine was taken from {engine.__file__}, not from this folder.", file=sys.stderr)
        return 1
    if any(isinstance(answer, str) for one in golden["checks"] for answer in one["answers"]):
        os.environ["STUDIO_PRECISION"] = "bf16" if golden["precision"] == "bfloat16" else "fp32"  # words have no "nearly the same"
    bound = SAME_PRECISION if computes_in() == golden["precision"] else OTHER_PRECISION
    gaps = []
    for one in golden["checks"]:
        answers = load(one["task"]).answer(one["rows"])
        gaps += [gap(there, here) for there, here in zip(one["answers"], answers, strict=True)]
    same = sum(one <= bound for one in gaps)
    print(f"{same} of {len(gaps)} golden answers are the same; the largest difference is {max(gaps):.2g}, "
          f"and may be {bound} ({computes_in()}).")
    return 0 if same == len(gaps) else 1


def computes_in() -> str:
    """The type of number that answers are computed in here."""
    from engine.inference.devices import dtype_for, pick_device

    return str(dtype_for(pick_device())).rpartition(".")[2]


def gap(there: Any, here: Any) -> float:
    """The largest difference between two answers' numbers; infinite if anything else differs."""
    if isinstance(there, dict) and isinstance(here, dict) and there.keys() == here.keys():
        return max((gap(there[key], here[key]) for key in there), default=0.0)
    if isinstance(there, list) and isinstance(here, list | tuple) and len(there) == len(here):
        return max((gap(one, other) for one, other in zip(there, here, strict=True)), default=0.0)
    if isinstance(there, float | int) and isinstance(here, float | int):
        return abs(there - here)
    return 0.0 if there == here else float("inf")


def predict(task: Any, chosen: argparse.Namespace) -> int:
    """Read a CSV file, answer its rows in parts, and write it with the answers as further columns, whole or not at all."""
    from engine.errors import StudioError

    if chosen.file is None:
        raise StudioError("There is no file to answer.", "Name a CSV file, or give --check.")
    encoding = chosen.encoding or _encoding(chosen.file)
    delimiter = chosen.delimiter or _delimiter(chosen.file, encoding)
    output = chosen.output or chosen.file.with_name(f"{chosen.file.stem}-answers.csv")
    part, count = output.with_name(f"{output.name}.part"), 0
    csv.field_size_limit(2**31 - 1)
    try:
        with chosen.file.open(encoding=encoding, newline="") as source, part.open("w", encoding="utf-8-sig", newline="") as target:
            lines = (line.replace("\0", "") for line in source)
            reader, writer = csv.reader(lines, delimiter=delimiter), csv.writer(target, delimiter=delimiter)
            header = next(reader, None)
            if not header:
                raise StudioError(f"{chosen.file.name} is empty.", "Give a CSV file with a header and rows.")
            columns = _columns(task, header, chosen.column)
            writer.writerow([quoted(cell) for cell in [*header, *_free(("answer", "probability"), header)]])
            answering, options = load(task.name), _options(task, chosen)
            for rows in _chunks(reader):
                inputs = [{name: row[place] if place < len(row) else "" for name, place in columns.items()} for row in rows]
                answers = _answers(answering, [_placed(task, row, chosen.file.parent) for row in inputs], options)
                for row, answer in zip(rows, answers, strict=True):
                    padded = [*row, *[""] * (len(header) - len(row))]
                    writer.writerow([quoted(cell) for cell in [*padded[:len(header)], *answer, *padded[len(header):]]])
                count += len(rows)
                print(f"\r{count:,} rows", end="", file=sys.stderr, flush=True)
        os.replace(part, output)
    finally:
        part.unlink(missing_ok=True)
    print(f"\r{count:,} rows answered: {output}", file=sys.stderr)
    return 0


def _answers(answering: Any, rows: Rows, options: dict[str, Any]) -> list[list[Any]]:
    """[answer, probability] for each row; both empty for a row that lacks an input, or whose image cannot be opened."""
    full = [index for index, row in enumerate(rows) if all(value.strip() for value in row.values()) and _opens(answering, row)]
    found: list[list[Any]] = [["", ""] for _ in rows]
    if full:
        several = bool(getattr(answering.model, "multi_label", False))
        for index, answer in zip(full, answering.answer([rows[index] for index in full], **options), strict=True):
            found[index] = as_cells(answer, several)
    return found


def _placed(task: Any, row: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The row with its images' paths from `folder` on."""
    images = {field.name for field in task.inputs if field.kind == "image"}
    return {name: str(folder / value) if name in images and value.strip() else value for name, value in row.items()}


def _opens(answering: Any, row: dict[str, Any]) -> bool:
    """Whether the row's images are such; what is wrong with one is said on standard error, and the others go on."""
    from engine.errors import StudioError

    for field in answering.inputs:
        if field.kind == "image":
            from engine.images import open_image

            try:
                open_image(row[field.name])
            except StudioError as error:
                print(f"\r{row[field.name]}: {error}", file=sys.stderr)
                return False
    return True


def as_cells(answer: Any, several: bool) -> list[Any]:
    """An answer as two cells: where several labels may fit, those that are likelier than not, joined by |; a vector as JSON.

    The second cell is how sure the model is, where it says so.
    """
    if isinstance(answer, dict):
        ranked = sorted(answer, key=lambda label: -answer[label])
        kept = [label for label in ranked if answer[label] >= 0.5] if several else ranked[:1]
        return ["|".join(kept), "|".join(f"{answer[label]:.4f}" for label in kept)]
    details = getattr(answer, "details", {})
    sure = details.get("score", (details.get("probabilities") or {}).get(str(answer)))
    cell = answer if isinstance(answer, str | int | float) else json.dumps(answer, ensure_ascii=False)
    return [cell, f"{sure:.4f}" if isinstance(sure, float) else ""]


def quoted(cell: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets a quote before it; a number stays one."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _columns(task: Any, header: list[str], given: list[str]) -> dict[str, int]:
    """{input of the task: place of its column}; a single column needs no name."""
    from engine.errors import StudioError

    needed = [field.name for field in task.inputs if field.required]
    named = {}
    for item in given:
        name, sign, column = item.partition("=")
        named[name if sign and name in needed else needed[0]] = column if sign and name in needed else item
    lower = [cell.strip().lower() for cell in header]
    found = {}
    for name in needed:
        wanted = [named[name]] if name in named else [name, f"{name}s", f"input_{name}"]
        place = next((place for one in wanted for place, cell in enumerate(lower) if cell == one.strip().lower()), None)
        if place is None and name not in named and len(header) == len(needed) == 1:
            place = 0
        if place is None:
            raise StudioError(f"There is no column {wanted[0]!r}.", f"Give --column with one of: {', '.join(header)}.")
        found[name] = place
    return found


def _options(task: Any, chosen: argparse.Namespace) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for field in task.options:
        value = getattr(chosen, field.name)
        if value is not None:
            options[field.name] = [label.strip() for label in value.split(",")] if field.kind == "labels" else value
    return options


def _free(names: Sequence[str], taken: list[str]) -> list[str]:
    """The names with a number behind those that the file has already."""
    return [next(one for one in (name, *(f"{name} {number}" for number in range(2, 10_000))) if one not in taken) for name in names]


def _chunks(reader: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while rows := [row for row in islice(reader, CHUNK) if row]:
        yield rows


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        for encoding in ("utf-8-sig", "cp1252"):
            file.seek(0)
            decoder = codecs.getincrementaldecoder(encoding)()
            try:
                while part := file.read(1 << 20):
                    decoder.decode(part)
                decoder.decode(b"", final=True)
                return encoding
            except UnicodeDecodeError:
                continue
    return "latin-1"  # which every byte is a letter of


def _delimiter(path: Path, encoding: str) -> str:
    """The separator that occurs most often in the header."""
    with path.open(encoding=encoding, newline="") as file:
        header = file.readline()
    return max(",;\t|", key=header.count)


if __name__ == "__main__":
    sys.exit(main())
