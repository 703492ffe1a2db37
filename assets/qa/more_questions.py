"""Write further questions about plain texts, to learn from (roundtrip consistency, Alberti et al., arXiv 1906.05416).

`python -m assets.qa.more_questions xquad.en.json texts.txt more.json --base FOLDER --reader ADAPTER`

SmolLM2 learns from XQuAD's first articles to ask for a given answer, then asks about numbers, names and short phrases of the texts.
A question is kept if a reader (an adapter that `make.py` trained) gives the very answer that it was asked for.
"""

import argparse
import json
import random
import re
from pathlib import Path
from typing import Any

import torch

from assets.qa.make import ARTICLES, Sequence, paragraphs, train
from engine.inference.batching import pad, plan
from engine.models.question_prompt import context_part
from engine.models.sentences import sentences
from engine.models.span_qa import SpanQA

EPOCHS, ASKED = 4, 6  # epochs of learning to ask, and answers that are asked for in a text
LENGTH = 550  # characters of a text
_NAME = r"[A-Z][\w'’-]+(?:\s+(?:of|the|de|von|and)?\s?[A-Z][\w'’-]+)*"
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBER = rf"(?:\d{{1,2}}\s)?(?:(?:{_MONTH})\s)?\d[\d,.]*\d(?:\s(?:percent|million|billion|years|people))?"
_PHRASE = r"\b(?:the|a|an|of|in|by|is|as|to)\s([a-z-]+(?:\s[a-z-]+){0,2})(?=[,.;)])"


def asking(tokeniser: Any, context: str, turns: list[tuple[str, str]]) -> Sequence:
    """The text, then for each turn its answer and the question to be learnt."""
    ids = context_part(tokeniser, context)
    learnt, part = [False] * len(ids), [0] * len(ids)
    for number, (question, answer) in enumerate(turns, start=1):
        given = wanted(tokeniser, answer)
        said = [*tokeniser(f" {question}", add_special_tokens=False)["input_ids"], tokeniser.eos_token_id]
        ids += given + said
        learnt += [False] * len(given) + [True] * len(said)
        part += [number] * (len(given) + len(said))
    return Sequence(ids, learnt, part, False)


def wanted(tokeniser: Any, answer: str) -> list[int]:
    return tokeniser(f"\nAnswer: {answer}\nQuestion:", add_special_tokens=False)["input_ids"]


def texts_of(file: Path) -> list[str]:
    """Passages of whole sentences."""
    found: list[str] = []
    for line in file.read_text("utf-8").splitlines():
        passage = ""
        for start, end in sentences(line):
            passage = f"{passage} {line[start:end]}".strip()
            if len(passage) > LENGTH:
                found.append(passage)
                passage = ""
    return [passage for passage in found if len(passage) < 2 * LENGTH]


def answers_of(text: str, chance: random.Random) -> list[str]:
    """Numbers, names and phrases of the text that stand in it once."""
    kinds = [[found.group(found.lastindex or 0).strip(" ,.") for found in re.finditer(kind, text)] for kind in (_NAME, _NUMBER, _PHRASE)]
    pool = [one for kind in kinds for one in chance.sample(kind, min(len(kind), ASKED // 2 + 1)) if len(one) > 1 and text.count(one) == 1]
    return chance.sample(pool, min(len(pool), ASKED))


def asked(network: Any, tokeniser: Any, pairs: list[tuple[str, str]]) -> list[str]:
    """The question that the network asks for each (text, answer)."""
    prompts = [context_part(tokeniser, text) + wanted(tokeniser, answer) for text, answer in pairs]
    questions = [""] * len(pairs)
    for batch in plan([len(prompt) for prompt in prompts], 6000, most=32):
        ids, mask = pad([prompts[index] for index in batch], tokeniser.pad_token_id, left=True)
        with torch.inference_mode():
            rows = network.generate(input_ids=ids, attention_mask=mask, max_new_tokens=32, do_sample=False,
                                    pad_token_id=tokeniser.pad_token_id)
        for index, row in zip(batch, rows[:, ids.shape[1]:].tolist(), strict=True):
            questions[index] = tokeniser.decode(row, skip_special_tokens=True).strip()
    return questions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("xquad", "texts", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--base", required=True)
    parser.add_argument("--reader", type=Path, required=True)
    given = parser.parse_args()
    known = paragraphs(given.xquad, slice(0, ARTICLES))
    asker = train(given.base, lambda tokeniser, chance: [asking(tokeniser, text, [(question, answer) for question, answer, _ in own])
                                                         for text, own in known], EPOCHS)
    network = asker.network.merge_and_unload().to(torch.bfloat16)
    chance = random.Random(0)
    pairs = [(text, answer) for text in texts_of(given.texts) for answer in answers_of(text, chance)]
    print(f"{len(pairs)} questions are asked", flush=True)
    questions = asked(network, asker.tokeniser, pairs)
    reader = SpanQA.from_folder(given.base, asset=given.reader)
    read = reader({"question": questions, "context": [text for text, _ in pairs]}, "qa")
    kept: dict[str, list[tuple[str, str, int]]] = {}
    for (text, answer), question, said in zip(pairs, questions, read, strict=True):
        if said == answer and question.endswith("?") and answer.lower() not in question.lower():
            kept.setdefault(text, []).append((question, answer, text.index(answer)))
    print(f"{sum(map(len, kept.values()))} are kept about {len(kept)} texts")
    given.out.write_text(json.dumps(list(kept.items()), ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
