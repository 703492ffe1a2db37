"""Train the adapter that lets minilm find answers in a text: `python -m assets.qa.make_reader ../shared/data/xquad_en_de/xquad.en.json`

Learnt from: the texts with questions that were written for this project (`readings.jsonl`; every 16th is left for measuring),
talks about invented stories (`stories.py`), and the first 15 articles of XQuAD English but for one paragraph (385 questions, CC BY-SA 4.0).
A question of a talk stands behind the pairs before it, as `engine.models.hf_qa_model.whole_question` writes it; one without an answer
points at the first token. Last comes a part of it all once more, with talks of what is now and what was before.
"""

import argparse
import random
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from assets.qa.lessons import ARTICLES, readings, training_paragraphs
from assets.qa.stories import NOW_AND_THEN, TRAINED, Talk, talks
from engine.inference.devices import autocast, pick_device
from engine.models.catalogue import find
from engine.models.excerpt import Excerpt
from engine.models.hf_qa_model import whole_question
from engine.models.question_models import Asked
from engine.models.question_prompt import NO_ANSWER
from engine.presets import resolve

EPOCHS, TALKS, UNANSWERABLE = 3, 120, 0.4  # each epoch: new talks, and this share of the questions that have no answer
LAST_SHARE, LAST_TALKS, LAST_RATE = 0.25, 160, 0.3  # the last part: share of questions, talks of each kind, share of rates
RATE, HEAD_RATE, WARM_UP, TOKENS = 8e-4, 2e-3, 0.06, 2200  # learning rates, their share of warm-up, padded tokens of a batch
RANK, LONGEST = 64, 384  # of the adapter; tokens of a question with its text

Pairs = Sequence[tuple[str, str]]


class Example(NamedTuple):
    """Token ids and parts (T), and the tokens at which the answer may begin and end."""

    ids: list[int]
    parts: list[int]
    begins: list[int]
    ends: list[int]


def example(tokeniser: Any, text: str, question: str, answer: str, before: Pairs = (), at: int | None = None) -> Example:
    """at: where the answer starts; else it is wherever its words stand. It has no beginnings if it is not among the first tokens."""
    asked = Asked(question.strip(), tuple(before), Excerpt.about(text, ""))
    coded = tokeniser(whole_question(asked), text, truncation="only_second", max_length=LONGEST, return_offsets_mapping=True)
    begins, ends = ([0], [0]) if answer == NO_ANSWER else ([], [])
    places = [at] if at is not None else [found.start() for found in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", text)]
    for start in places if answer != NO_ANSWER else ():
        inside = [token for token, (first, last) in enumerate(coded["offset_mapping"])
                  if coded["token_type_ids"][token] and first < start + len(answer) and last > start]
        if inside:
            begins.append(inside[0])
            ends.append(inside[-1])
    return Example(coded["input_ids"], coded["token_type_ids"], begins, ends)


def lasting(tokeniser: Any, xquad: Path, articles: int) -> tuple[list[Example], list[Example]]:
    """What is learnt in every epoch, and the questions without an answer, of which each epoch takes a share."""
    found = [example(tokeniser, text, question, answer, at=start)
             for text, asked in training_paragraphs(xquad, articles) for question, answer, start in asked]
    empty = []
    for row in readings():
        found += [example(tokeniser, row["text"], question, answer) for question, answer in row["questions"]]
        talk = [(question, answer) for question, answer in row.get("talk", ())]
        found += [example(tokeniser, row["text"], *turn, before=talk[:place]) for place, turn in enumerate(talk)]
        empty += [example(tokeniser, row["text"], question, NO_ANSWER) for question in row.get("unanswerable", ())]
    return found, empty


def epoch(tokeniser: Any, kept: tuple[list[Example], list[Example]], chance: random.Random) -> list[list[Example]]:
    """All that lasts, some of what has no answer, and new talks."""
    always, empty = kept
    found = [*always, *(one for one in empty if chance.random() < UNANSWERABLE)]
    return batched([*found, *turns(tokeniser, talks(TRAINED, TALKS, chance.randrange(1 << 30)))], chance)


def last(tokeniser: Any, kept: tuple[list[Example], list[Example]], chance: random.Random) -> list[list[Example]]:
    """What the encoder takes longest to tell apart, amid a part of all the rest, so that none of that is forgotten."""
    always, empty = kept
    found = [one for one in always if chance.random() < LAST_SHARE] + [one for one in empty if chance.random() < UNANSWERABLE * LAST_SHARE]
    for stories in (TRAINED, NOW_AND_THEN):
        found += turns(tokeniser, talks(stories, LAST_TALKS, chance.randrange(1 << 30)))
    return batched(found, chance)


def turns(tokeniser: Any, found: Sequence[Talk]) -> Iterator[Example]:
    for talk in found:
        yield from (example(tokeniser, talk.context, *turn, before=talk.turns[:place]) for place, turn in enumerate(talk.turns))


def batched(found: Sequence[Example], chance: random.Random) -> list[list[Example]]:
    """Batches of like lengths in random order."""
    batches: list[list[Example]] = [[]]
    for one in sorted((one for one in found if one.begins), key=lambda one: len(one.ids) + chance.random() * 20):
        if batches[-1] and len(one.ids) * (len(batches[-1]) + 1) > TOKENS:
            batches.append([])
        batches[-1].append(one)
    chance.shuffle(batches)
    return batches


def loss_of(network: Any, batch: Sequence[Example]) -> Tensor:
    """Cross-entropy of beginning and end; where the words stand several times, any of the places is right."""
    longest = max(len(one.ids) for one in batch)
    ids, parts, mask = (torch.zeros(len(batch), longest, dtype=torch.long) for _ in range(3))
    for row, one in enumerate(batch):
        size = len(one.ids)
        ids[row, :size], parts[row, :size], mask[row, :size] = torch.tensor(one.ids), torch.tensor(one.parts), 1
    ids, parts, mask = (each.to(network.device) for each in (ids, parts, mask))
    with autocast(network.device):
        hidden = network.base_model.model.bert(input_ids=ids, attention_mask=mask, token_type_ids=parts)[0]
    allowed = (parts * mask).bool()
    allowed[:, 0] = True
    hidden = torch.nn.functional.dropout(hidden.float(), 0.1, network.training)
    shares = network.base_model.model.qa_outputs(hidden).masked_fill(~allowed[..., None], -1e4).log_softmax(dim=1)
    right = [torch.logsumexp(shares[row, one.begins, 0], 0) + torch.logsumexp(shares[row, one.ends, 1], 0) for row, one in enumerate(batch)]
    return -torch.stack(right).mean() / 2


def train(xquad: Path, articles: int, epochs: int, start: Path | None = None) -> Any:
    """minilm with an adapter in all of its layers, and the layer that finds spans. start: an adapter that knows all but the last part."""
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    preset = find("minilm")
    assert preset is not None
    base = str(resolve(preset.source))
    torch.manual_seed(0)
    chance, tokeniser = random.Random(0), AutoTokenizer.from_pretrained(base)
    network = AutoModelForQuestionAnswering.from_pretrained(base, attn_implementation="eager")  # faster here than the fused one
    kept = lasting(tokeniser, xquad, articles)
    if start:
        network = PeftModel.from_pretrained(network, str(start), is_trainable=True)
    else:
        network = get_peft_model(network, LoraConfig(r=RANK, lora_alpha=RANK, target_modules=["query", "key", "value", "dense"],
                                                     task_type="QUESTION_ANS"))
    network.to(pick_device())
    if not start:
        learn(network, [batch for _ in range(epochs) for batch in epoch(tokeniser, kept, chance)])
    learn(network, last(tokeniser, kept, random.Random(2)), LAST_RATE)
    return network.eval()


def learn(network: Any, batches: Sequence[list[Example]], share: float = 1.0) -> None:
    """One pass over the batches. share: of the learning rates, which rise and then fall."""
    head = [weight for name, weight in network.named_parameters() if weight.requires_grad and "qa_outputs" in name]
    adapter = [weight for name, weight in network.named_parameters() if weight.requires_grad and "qa_outputs" not in name]
    optimiser = torch.optim.AdamW([{"params": adapter, "lr": share * RATE}, {"params": head, "lr": share * HEAD_RATE}], weight_decay=0.01)
    steps = len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.02, 1 - step / steps))
    print(f"{sum(weight.numel() for weight in adapter + head):,} weights, {steps} steps", flush=True)
    network.train()
    began, losses = time.monotonic(), []
    for batch in batches:
        loss = loss_of(network, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(adapter + head, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        losses.append(loss.item())
        if len(losses) % 50 == 0:
            print(f"step {len(losses)}/{steps} loss {sum(losses[-50:]) / 50:.3f} {time.monotonic() - began:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xquad", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "reader")
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--start", type=Path, help="an adapter that has learnt all but the last part, which alone is done then")
    given = parser.parse_args()
    network = train(given.xquad, given.articles, given.epochs, given.start)
    for weight in network.parameters():
        if weight.requires_grad:
            weight.data = weight.data.half()
    network.peft_config["default"].base_model_name_or_path = "sentence-transformers/all-MiniLM-L6-v2"  # not where it lay
    network.save_pretrained(str(given.out))
    (given.out / "README.md").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
