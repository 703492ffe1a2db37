"""Texts longer than a model reads: shortened piece by piece, then the pieces' summaries together."""

from collections.abc import Callable

from engine.models.sentences import sentences

Shorten = Callable[[list[str]], list[str]]


def shorten_long(texts: list[str], shorten: Shorten, count: Callable[[str], int], most: int) -> list[str]:
    """A summary of each text. shorten: summarises texts of at most `most` tokens; count: the tokens of a text."""
    pieces = [parts(text, count, most) for text in texts]
    flat = shorten([piece for own in pieces for piece in own])
    done: list[str] = []
    start = 0
    for own in pieces:
        shorts = flat[start:start + len(own)]
        start += len(own)
        joined = "\n".join(shorts)
        again = len(own) > 1 and len(joined) < sum(map(len, own))  # a model that makes texts longer would never end
        done.append(shorten_long([joined], shorten, count, most)[0] if again else joined)
    return done


def parts(text: str, count: Callable[[str], int], most: int) -> list[str]:
    """The text cut between sentences into pieces of at most `most` tokens; a longer sentence is cut between words."""
    if len(text) <= most or count(text) <= most:  # a token has at least one character
        return [text]
    found: list[str] = []
    room = 0
    for start, end in sentences(text):
        for piece in _fitting(text[start:end], most):
            size = count(piece)
            if size > room:
                found.append("")
                room = most
            found[-1] += f" {piece}" if found[-1] else piece
            room -= size
    return found


def _fitting(sentence: str, most: int) -> list[str]:
    """A sentence in pieces of at most `most` characters' worth of words, so surely of at most as many tokens."""
    if len(sentence) <= most:
        return [sentence]
    words, pieces = sentence.split(), [""]
    for word in words:
        for bit in (word[place:place + most] for place in range(0, len(word), most)):
            if len(pieces[-1]) + len(bit) + 1 > most:
                pieces.append("")
            pieces[-1] += f" {bit}" if pieces[-1] else bit
    return pieces
