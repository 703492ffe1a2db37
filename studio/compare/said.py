"""What a cosine means here, in words."""

from typing import TYPE_CHECKING

from engine import words

if TYPE_CHECKING:
    from engine.similarity import Index

FEW_PAIRS = 100  # fewer say little
EXPLAINED = ("The cosine compares the directions of two vectors: 1 is the same, 0 has nothing in common. What counts as much differs from "
             "model to model, so it is also said how many random pairs of this data are less alike.")


def closer(percentile: float, of: str = "random pairs") -> str:
    """closer than 99.2% of random pairs; never rounded up to all."""
    if percentile > 99.9:
        return f"closer than nearly all {of}"
    return f"closer than {percentile:.1f}% of {of}" if percentile > 99 else f"closer than {percentile:.0f}% of {of}"


def meaning(percentile: float) -> str:
    """How much that is."""
    for least, text in ((99, "Very alike for this data"), (95, "Clearly more alike than most pairs of this data"),
                        (75, "A little more alike than usual here"), (25, "As alike as any two items of this data")):
        if percentile >= least:
            return text
    return "Less alike than most pairs of this data"


def caveat(index: "Index") -> str:
    """What to know where few pairs, or pairs that are all alike, say little."""
    pairs = index.random_pairs
    if len(pairs) and pairs[0] > 1 - 1e-5:
        return "To this model all items are the same, so nothing is closer or farther than anything else."
    if len(pairs) < FEW_PAIRS:
        there = f"there {'is' if len(pairs) == 1 else 'are'} only {words.plural(len(pairs), 'pair')}"
        return f"With {words.plural(len(index), 'item')} {there} to compare with: take the percentages with a grain of salt."
    return ""
