"""Summaries made of a text's own sentences: near to what the whole text is about, early, and unlike each other.

Sentences are chosen one by one (maximal marginal relevance, Carbonell and Goldstein 1998) by the cosine of their vectors to the mean
of all; nothing can be invented this way.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.models.sentences import sentences
from engine.tasks.answers import Answer

SHARE, FEWEST, MOST = 0.15, 1, 5  # of the sentences, and how many
LEAST = 4  # words of a sentence that can stand for itself
REDUNDANCY, EARLY = 0.3, 0.4  # how much likeness to a chosen sentence counts against one, and how much standing first counts for it


def extract(texts: Sequence[str], embed: Callable[[Sequence[str]], Tensor]) -> list[Answer]:
    """A summary of each text. embed: texts -> vectors (N, D)."""
    spans = [sentences(text) or [(0, len(text))] for text in texts]
    vectors = torch.nn.functional.normalize(embed([text[start:end] for text, own in zip(texts, spans, strict=True) for start,
                                                   end in own]), dim=-1)
    answers, first = [], 0
    for text, own in zip(texts, spans, strict=True):
        chosen = sorted(choose(vectors[first:first + len(own)], [len(text[start:end].split()) for start, end in own]))
        first += len(own)
        kept = [own[place] for place in chosen]
        answers.append(Answer(" ".join(text[start:end] for start, end in kept), method="extractive", sentences=[list(one) for one in kept]))
    return answers


def choose(vectors: Tensor, lengths: Sequence[int]) -> list[int]:
    """Which sentences (unit vectors (N, D), words of each) make the summary."""
    count = len(vectors)
    most = max(FEWEST, min(MOST, round(count * SHARE)))
    weights = torch.tensor([float(min(length, 25)) for length in lengths]).clamp(min=1)
    centre = torch.nn.functional.normalize((vectors * weights[:, None]).sum(dim=0), dim=0)
    worth = vectors @ centre + EARLY * (1 - torch.arange(count) / count)
    worth[torch.tensor([length < LEAST for length in lengths])] -= 1.0
    chosen: list[int] = []
    like = torch.zeros(count)
    while len(chosen) < most:
        score = worth - REDUNDANCY * like
        score[chosen] = -torch.inf
        chosen.append(int(score.argmax()))
        like = torch.maximum(like, vectors @ vectors[chosen[-1]])
    return chosen
