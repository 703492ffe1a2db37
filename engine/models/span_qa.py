"""A language model with an adapter for questions: it can only answer with words of the text, so it also says where they stand."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from engine.inference.batching import pad, plan
from engine.models.generator import Generator
from engine.models.question_prompt import NO_ANSWER, answer_part, context_part, question_part
from engine.models.sentences import sentences
from engine.models.span_trie import Node, span_tree
from engine.models.text import clean
from engine.tasks.answers import Answer

MOST = 1600  # characters of a text that are read; of a longer one the sentences nearest to the question
EARLIER = 6  # earlier questions that are looked at
BUDGET = 2048  # tokens of prompts in a batch


class SpanQA(Generator):
    """Answers from a text, in its own words. The adapter is merged into the weights, so it costs nothing."""

    loader = "AutoModelForCausalLM"
    writes_on = True

    def __init__(self, network: Any, tokeniser: Any, name: str = "span-qa", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(network, tokeniser, name, description, tasks or ("qa",), details)

    @classmethod
    def from_folder(cls, folder: str | Path, asset: Path | None = None, **facts: Any) -> Self:
        """A causal language model. asset: the folder of a peft adapter, which is merged into it."""
        model = super().from_folder(folder, **facts)
        if asset is not None:
            from peft import PeftModel

            model.network = PeftModel.from_pretrained(model.network, str(asset)).merge_and_unload().eval()
        return model

    def qa(self, question: list[str], context: list[str], prev_q: Sequence[Sequence[str]] | None = None,
           prev_a: Sequence[Sequence[str]] | None = None) -> list[str]:
        """The answer to each question; "no answer" where the text does not tell."""
        nothing: list[Sequence[str]] = [()] * len(question)
        earlier = [list(zip(asked, said, strict=True))[-EARLIER:] for asked, said in zip(prev_q or nothing, prev_a or nothing, strict=True)]
        prompts, trees = [], []
        for asked, text, before in zip(question, context, earlier, strict=True):
            text = clean(text)
            pieces = nearest(text, " ".join([asked, *(part for pair in before[-2:] for part in pair)]), MOST)
            shown = " ".join(text[start:end] for start, end in pieces) if len(pieces) > 1 else text[pieces[0][0]:pieces[0][1]]
            prompts.append(self._prompt(shown, before, clean(asked)))
            trees.append(span_tree(self.tokeniser, text, pieces))
        answers: list[str] = [""] * len(question)
        for batch in plan([len(prompt) for prompt in prompts], BUDGET, most=16):
            found = self._spans([prompts[index] for index in batch], [trees[index] for index in batch])
            for index, (span, score) in zip(batch, found, strict=True):
                start, end = span or (None, None)
                answers[index] = Answer(context[index][start:end] if span else NO_ANSWER, start=start, end=end, score=score)
        return answers

    def _prompt(self, text: str, before: Sequence[tuple[str, str]], question: str) -> list[int]:
        ids = context_part(self.tokeniser, text)
        for asked, said in before:
            ids += question_part(self.tokeniser, clean(asked)) + answer_part(self.tokeniser, clean(said))
        return ids + question_part(self.tokeniser, question)

    def _spans(self, prompts: Sequence[Sequence[int]], trees: Sequence[Node]) -> list[tuple[tuple[int, int] | None, float]]:
        """The most probable way through each tree, token by token, and its probability."""
        ids, mask = pad(prompts, self.tokeniser.pad_token_id, left=True)
        ids, mask = ids.to(self.device), mask.to(self.device)
        nodes: list[Node | None] = list(trees)
        spans: list[tuple[int, int] | None] = [None] * len(prompts)
        sums, cache = [0.0] * len(prompts), None
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
        while any(nodes):
            out = self.network(input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True,
                               logits_to_keep=1)
            cache = out.past_key_values
            shares = out.logits[:, -1].float().log_softmax(dim=-1).cpu()
            step = torch.full((len(prompts), 1), self.tokeniser.pad_token_id)
            for row, node in enumerate(nodes):
                if node is not None:
                    token, share = _best(node, shares[row], self.tokeniser.eos_token_id)
                    sums[row] += share
                    if token == self.tokeniser.eos_token_id:
                        spans[row], nodes[row] = node.ends[0], None
                    else:
                        nodes[row], step[row, 0] = node.children[token], token
            ids = step.to(self.device)
            mask = torch.cat([mask, torch.ones_like(ids)], dim=1)
            positions = positions[:, -1:] + 1
        return [(span, math.exp(total)) for span, total in zip(spans, sums, strict=True)]


def _best(node: Node, shares: Tensor, end: int) -> tuple[int, float]:
    """The most probable token among those that may follow, and its log-probability."""
    allowed = [*node.children, *([end] if node.ends else [])] or [end]
    place = int(shares[allowed].argmax())
    return allowed[place], float(shares[allowed[place]])


_WORDS = re.compile(r"\w+")


def nearest(text: str, question: str, most: int) -> list[tuple[int, int]]:
    """Where the sentences stand that share most words with the question, rare words counting more; at most `most` characters, in the
    order of the text. A short text is one piece."""
    if len(text) <= most:
        return [(0, len(text))]
    spans = [piece for start, end in sentences(text) for piece in _cut(text, start, end, most // 2)] or [(0, most)]
    words = [set(map(str.lower, _WORDS.findall(text[start:end]))) for start, end in spans]
    frequency = Counter(word for own in words for word in own)
    asked = set(map(str.lower, _WORDS.findall(question)))
    worth = [sum(math.log(1 + len(spans) / frequency[word]) for word in own & asked) for own in words]
    worth = [value + 0.5 * max(worth[max(0, place - 1)], worth[min(len(worth) - 1, place + 1)]) for place, value in enumerate(worth)]
    kept, room = [], most
    for place in sorted(range(len(spans)), key=lambda index: -worth[index]):
        size = spans[place][1] - spans[place][0] + 1
        if size <= room:
            kept.append(spans[place])
            room -= size
    return sorted(kept)


def _cut(text: str, start: int, end: int, most: int) -> list[tuple[int, int]]:
    """A sentence in pieces of at most `most` characters, cut at spaces where there are any."""
    pieces = []
    while end - start > most:
        stop = text.rfind(" ", start + 1, start + most)
        stop = stop if stop > start else start + most
        pieces.append((start, stop))
        start = stop
    return [*pieces, (start, end)]
