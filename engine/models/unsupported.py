"""Numbers and names in a summary that its source does not hold: what a model that writes may have made up."""

import re

from engine.models.sentences import sentences
from engine.tasks.answers import Answer

_WORD = re.compile(r"[^\W_]+(?:[.,:'’\-][^\W_]+)*")
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
          "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")
_NUMBERS = {word: str(value) for value, word in enumerate(_SMALL)} | {
    "first": "1", "second": "2", "third": "3", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80",
    "ninety": "90", "hundred": "100", "thousand": "1000", "once": "1", "twice": "2", "dozen": "12"}
_COMMON = {"i", "i'm", "i'll", "i've", "i'd", "ok", "mr", "mrs", "ms", "dr"}


def summary(source: str, text: str) -> Answer:
    """A written summary with the places of what its source does not hold."""
    return Answer(text, method="generated", unsupported=unsupported(source, text))


def unsupported(source: str, text: str) -> list[list[int]]:
    """[start, end] in `text` of each number and each name that `source` lacks. A first word of a sentence counts as a name only if
    it is written large elsewhere in the text too."""
    held = {key for found in _WORD.finditer(source) for key in _keys(found.group())}
    starts = {start for start, _ in sentences(text)}
    names = {found.group() for found in _WORD.finditer(text) if found.group()[0].isupper() and found.start() not in starts}
    marked = []
    for found in _WORD.finditer(text):
        word = found.group()
        number = any(letter.isdigit() for letter in word) or word.lower() in _NUMBERS
        name = word[0].isupper() and (found.start() not in starts or word in names) and word.lower() not in _COMMON
        if (number or name) and not _keys(word) & held:
            marked.append([found.start(), found.end()])
    return marked


def _keys(word: str) -> set[str]:
    """The spellings that count as the same: without a genitive or plural ending, numbers as digits without separators."""
    plain = word.lower().replace("’", "'")
    plain = plain.removesuffix("'s")
    keys = {plain, plain.removesuffix("s"), plain.replace(",", ""), _NUMBERS.get(plain, plain)}
    keys |= set(re.split(r"[-:.,']", plain)) if any(mark in plain for mark in "-:.,'") else set()
    return {key for key in keys if key}
