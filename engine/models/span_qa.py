"""A language model with an adapter for questions: it can only answer with words of the text, so it also says where they stand."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from engine.inference.batching import pad, plan
from engine.models.generator import Generator
from engine.models.question_models import Asked, Place, QuestionModel
from engine.models.question_prompt import answer_part, context_part, question_part
from engine.models.span_trie import Node, span_tree

BUDGET = 2048  # tokens of prompts in a batch


class SpanQA(QuestionModel, Generator):
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

    def places(self, asked: Sequence[Asked]) -> list[tuple[Place, float]]:
        """The most probable span of each text, by its tokens' probabilities."""
        prompts = [self.prompt(one) for one in asked]
        trees = [span_tree(self.tokeniser, one.excerpt.text, one.excerpt.pieces) for one in asked]
        found: list[tuple[Place, float]] = [(None, 0.0)] * len(asked)
        for batch in plan([len(prompt) for prompt in prompts], BUDGET, most=16):
            spans = self._spans([prompts[index] for index in batch], [trees[index] for index in batch])
            for index, span in zip(batch, spans, strict=True):
                found[index] = span
        return found

    def prompt(self, asked: Asked) -> list[int]:
        """Token ids of the text, the earlier pairs, and the question."""
        ids = context_part(self.tokeniser, asked.excerpt.shown)
        for question, said in asked.before:
            ids += question_part(self.tokeniser, question) + answer_part(self.tokeniser, said)
        return ids + question_part(self.tokeniser, asked.question)

    def prompt_qa(self, question: str, context: str, earlier: Sequence[tuple[str, str]] = ()) -> list[int]:
        """Token ids of one question after what was asked before it."""
        return self.prompt(self.asked(question, context, [one for one, _ in earlier], [other for _, other in earlier]))

    def answer_ids(self, text: str) -> list[int]:
        return answer_part(self.tokeniser, text)

    def chances(self, asked: Asked, answers: Sequence[str]) -> Tensor:
        """The log-probability (N) that it says each of these. All stand in one sequence behind the prompt; a mask parts them."""
        prompt, parts = self.prompt(asked), [answer_part(self.tokeniser, answer) for answer in answers]
        sizes = [len(part) for part in parts]
        ids = torch.tensor([*prompt, *(token for part in parts for token in part)])
        part = torch.tensor([0] * len(prompt) + [number for number, size in enumerate(sizes, start=1) for _ in range(size)])
        seen = ((part[:, None] == part) | (part == 0)).tril()
        mask = torch.where(seen, 0.0, torch.finfo(self.network.dtype).min).to(self.network.dtype)
        places = torch.tensor([*range(len(prompt)), *(len(prompt) + place for size in sizes for place in range(size))])
        # Each token is foretold by the one before it, the first of an answer by the prompt's last.
        before = torch.arange(len(prompt), len(ids)) - 1
        before[[sum(sizes[:number]) for number in range(len(sizes))]] = len(prompt) - 1
        logits = self.network(input_ids=ids[None].to(self.device), attention_mask=mask[None, None].to(self.device),
                              position_ids=places[None].to(self.device), logits_to_keep=before.to(self.device), use_cache=False).logits[0]
        shares = logits.float().log_softmax(dim=-1).cpu().gather(1, ids[len(prompt):, None])[:, 0]
        return torch.stack([own.sum() for own in shares.split(sizes)])

    def _spans(self, prompts: Sequence[Sequence[int]], trees: Sequence[Node]) -> list[tuple[Place, float]]:
        """The most probable way through each tree, token by token, and its probability."""
        ids, mask = pad(prompts, self.tokeniser.pad_token_id, left=True)
        ids, mask = ids.to(self.device), mask.to(self.device)
        nodes: list[Node | None] = list(trees)
        spans: list[Place] = [None] * len(prompts)
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
