"""Train the adapter that makes SmolLM2 answer from a text: `python -m assets.qa.make ../shared/data/xquad_en_de/xquad.en.json`

Learnt from: the first 15 articles of XQuAD English but for one paragraph (385 questions, CC BY-SA 4.0), the texts with questions that were
written for this project (`readings.jsonl`), and talks about invented stories (`stories.py`). A text stands once in a sequence, followed by
all of its questions. Those of a talk see the ones before; the others see the text alone (an attention mask parts them), so that a text is
read once for all of its questions.
"""

import argparse
import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from assets.qa.lessons import ARTICLES, readings, training_paragraphs
from assets.qa.stories import TRAINED, Talk, talks
from engine.inference.devices import autocast, dtype_for, pick_device
from engine.models.catalogue import find
from engine.models.question_prompt import NO_ANSWER, answer_part, context_part, question_part
from engine.models.sentences import sentences
from engine.presets import resolve

EPOCHS, TALKS, SHARE = 4, 200, 0.5  # each epoch: new talks, and this share of the written texts
RATE, WARM_UP, TOKENS = 4e-4, 0.06, 1800  # learning rate, its share of warm-up, padded tokens of a batch
NOISE = 10.0  # on the embeddings (NEFTune, arXiv 2310.05914), against learning so few texts by heart
RANK, ALPHA = 16, 32
LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass
class Sequence:
    """Token ids; where the loss counts; to which part each token belongs (0 is the text); whether parts see each other."""

    ids: list[int]
    learnt: list[bool]
    part: list[int]
    talk: bool


def cropped(context: str, asked: list[tuple[str, str, int]], chance: random.Random) -> Talk | None:
    """The whole text or a window of its sentences, with the questions that can be answered there."""
    start, end = 0, len(context)
    spans = sentences(context)
    if chance.random() < 0.5 and len(spans) > 2:
        size = chance.randint(2, len(spans))
        first = chance.randint(0, len(spans) - size)
        start, end = spans[first][0], spans[first + size - 1][1]
    kept = [(question, answer) for question, answer, place in asked if start <= place and place + len(answer) <= end]
    chance.shuffle(kept)
    return Talk(context[start:end], kept) if kept else None


def written(chance: random.Random, share: float) -> Iterator[Talk]:
    """A share of the written texts, each with all of its questions in random order."""
    for row in readings():
        if chance.random() < share:
            asked = [(question, answer) for question, answer in row["questions"]]
            asked += [(question, NO_ANSWER) for question in row.get("unanswerable", ())]
            chance.shuffle(asked)
            yield Talk(row["text"], asked)


def sequence(talk: Talk, tokeniser: Any, together: bool) -> Sequence:
    ids = context_part(tokeniser, talk.context)
    learnt, part = [False] * len(ids), [0] * len(ids)
    for number, (question, answer) in enumerate(talk.turns, start=1):
        asked, said = question_part(tokeniser, question), answer_part(tokeniser, answer)
        ids += asked + said
        learnt += [False] * len(asked) + [True] * len(said)
        part += [number] * (len(asked) + len(said))
    return Sequence(ids, learnt, part, together)


def batches(found: list[Sequence], chance: random.Random) -> list[list[Sequence]]:
    """Batches of like lengths in random order."""
    found = sorted(found, key=lambda one: len(one.ids) + chance.random() * 30)
    parts: list[list[Sequence]] = [[]]
    for one in found:
        if parts[-1] and max(len(one.ids), len(parts[-1][-1].ids)) * (len(parts[-1]) + 1) > TOKENS:
            parts.append([])
        parts[-1].append(one)
    chance.shuffle(parts)
    return parts


def tensors(batch: list[Sequence]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Ids, additive mask (B, 1, T, T), positions and targets (-100 where nothing is learnt)."""
    longest = max(len(one.ids) for one in batch)
    ids, positions = torch.zeros(len(batch), longest, dtype=torch.long), torch.zeros(len(batch), longest, dtype=torch.long)
    targets = torch.full((len(batch), longest), -100)
    seen = torch.zeros(len(batch), 1, longest, longest, dtype=torch.bool)
    for row, one in enumerate(batch):
        size = len(one.ids)
        ids[row, :size] = torch.tensor(one.ids)
        part = torch.tensor(one.part)
        before = torch.ones(size, size, dtype=torch.bool).tril()
        seen[row, 0, :size, :size] = before if one.talk else before & ((part[:, None] == part[None]) | (part[None] == 0))
        positions[row, :size] = torch.arange(size) if one.talk else _positions(part)
        targets[row, :size] = torch.where(torch.tensor(one.learnt), ids[row, :size], -100)
    seen |= torch.eye(longest, dtype=torch.bool)  # a row that sees nothing has no softmax
    return ids, torch.where(seen, 0.0, torch.finfo(torch.bfloat16).min).to(torch.bfloat16), positions, targets


def _positions(part: Tensor) -> Tensor:
    """Each question goes on counting behind the text, as if it were the only one."""
    context = int((part == 0).sum())
    positions = torch.arange(len(part))
    for number in range(1, int(part.max()) + 1):
        own = part == number
        positions[own] = context + torch.arange(int(own.sum()))
    return positions


def loss_of(network: Any, batch: list[Sequence]) -> Tensor:
    """Mean loss over answer tokens; the vocabulary is scored only where something is learnt."""
    ids, mask, positions, targets = (each.to(network.device) for each in tensors(batch))
    inner = network.get_base_model()
    embedded = inner.model.embed_tokens(ids)
    embedded = embedded + torch.empty_like(embedded).uniform_(-1, 1) * (NOISE / math.sqrt(ids.shape[1] * embedded.shape[-1]))
    hidden = inner.model(inputs_embeds=embedded, attention_mask=mask, position_ids=positions, use_cache=False)[0]
    place = targets[:, 1:] != -100
    return torch.nn.functional.cross_entropy(inner.lm_head(hidden[:, :-1][place]).float(), targets[:, 1:][place])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("xquad", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "adapter")
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--talks", type=int, default=TALKS)
    given = parser.parse_args()
    texts = training_paragraphs(given.xquad, given.articles)
    base = find("smollm2-135m")
    assert base is not None

    def epoch(tokeniser: Any, chance: random.Random) -> list[Sequence]:
        alone = [talk for context, own in texts if (talk := cropped(context, own, chance))] + [*written(chance, SHARE)]
        told = talks(TRAINED, given.talks, chance.randrange(1 << 30))
        return [sequence(talk, tokeniser, False) for talk in alone] + [sequence(talk, tokeniser, True) for talk in told]

    train(resolve(base.source), epoch, given.epochs).save(given.out)


class Trained(NamedTuple):
    """A network with its adapter, and its tokeniser."""

    network: Any
    tokeniser: Any

    def save(self, folder: Path) -> None:
        """The adapter alone, in half precision."""
        for parameter in self.network.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.half()
        self.network.peft_config["default"].base_model_name_or_path = "HuggingFaceTB/SmolLM2-135M-Instruct"  # not where it lay
        self.network.save_pretrained(str(folder))
        (folder / "README.md").unlink(missing_ok=True)


def train(base: Path, epoch: Callable[[Any, random.Random], list[Sequence]], epochs: int) -> Trained:
    """Put an adapter into the causal network in the folder `base` and train it. epoch(tokeniser, chance): the sequences of one epoch."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(0)
    chance, tokeniser = random.Random(0), AutoTokenizer.from_pretrained(base)
    device = pick_device()
    network = AutoModelForCausalLM.from_pretrained(base, dtype=dtype_for(device), attn_implementation="eager")  # twice as fast here
    network = get_peft_model(network, LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=list(LAYERS), task_type="CAUSAL_LM")).to(device)
    weights = [parameter for parameter in network.parameters() if parameter.requires_grad]
    for parameter in weights:
        parameter.data = parameter.data.float()
    steps = epochs * len(batches(epoch(tokeniser, random.Random(1)), random.Random(1)))
    optimiser = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, (step + 1) / (WARM_UP * steps))
                                                 * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps)))))
    network.train()
    began, losses = time.monotonic(), []
    for number in range(epochs):
        for batch in batches(epoch(tokeniser, chance), chance):
            with autocast(device):
                loss = loss_of(network, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            losses.append(loss.item())
            if len(losses) % 10 == 0:
                print(f"epoch {number + 1} step {len(losses)}/{steps} loss {sum(losses[-20:]) / len(losses[-20:]):.3f} "
                      f"{time.monotonic() - began:.0f} s", flush=True)
    return Trained(network.eval(), tokeniser)


if __name__ == "__main__":
    main()
