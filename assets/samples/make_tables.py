"""Writes the samples of texts from what was written by hand in `written/`: `python -m assets.samples.make_tables`

Every text was written for this project; persons, places and firms are invented. Run it again and the same files come out.
"""

import csv
import io
import random
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
Table = list[tuple[str, ...]]


def blocks(name: str) -> list[list[str]]:
    """The lines of each block; an empty line parts them."""
    text = (HERE / "written" / f"{name}.txt").read_text("utf-8").strip()
    return [block.splitlines() for block in text.split("\n\n")]


def notices() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(notice, [(question, answer), …])"""
    for notice, *asked in blocks("notices"):
        pairs = [tuple(part.strip() for part in line.split("|")) for line in asked]
        yield notice, [(question, answer) for question, answer in pairs]


def questions() -> Table:
    return [("question", "answer", "context"), *((question, answer, notice) for notice, asked in notices() for question, answer in asked)]


def questions_to_write() -> Table:
    return [("input_text", "output_text"),
            *((f"{notice}\n\nQuestions:", "\n".join(question for question, _ in asked)) for notice, asked in notices())]


def summaries() -> Table:
    """The last line of a block, behind "= ", is the summary of those before it."""
    return [("text", "summary"), *(("\n".join(lines), last.removeprefix("= ")) for *lines, last in blocks("summaries"))]


def feelings() -> Table:
    rows = [(text, heading.removeprefix("# ")) for heading, *texts in blocks("emotion") for text in texts]
    random.Random(7).shuffle(rows)
    return [("text", "emotion"), *rows]


def pairs() -> Table:
    """The first line of a block with each of those behind it, which begin with how alike they are; and with the first one of another
    block, which has nothing to do with it."""
    found = blocks("pairs")
    rows = [(first, other.split(" ", 1)[1], other.split(" ", 1)[0]) for first, *others in found for other in others]
    apart = [(own[0], other[0], "0.0") for own, other in zip(found, found[7:] + found[:7], strict=True)]
    return [("sentence1", "sentence2", "similarity"), *rows, *apart]


TABLES = {"questions": questions, "questions_to_write": questions_to_write, "summaries": summaries, "feelings": feelings, "pairs": pairs}


def written(table: Table) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(table)
    return file.getvalue().encode("utf-8")


def main() -> None:
    for name, make in TABLES.items():
        (HERE / f"{name}.csv").write_bytes(written(make()))


if __name__ == "__main__":
    main()
