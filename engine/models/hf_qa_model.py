"""Any Hugging Face checkpoint for extractive question answering: for each token of a text, whether the answer begins or ends there."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor

from engine.inference.batching import in_batches
from engine.models.building import building
from engine.models.checkpoint import CheckpointModel
from engine.models.cutting import Cutter, cutter_of
from engine.models.encoder import longest_of
from engine.models.question_models import Asked, Place, QuestionModel
from engine.models.question_prompt import NO_ANSWER

LONGEST = 30  # tokens of an answer
EDGES = 20  # most probable beginnings and ends that are paired
EARLIER, LATEST = 3, 500  # earlier pairs that are put before the question; characters of them all that are read, the last ones


class Span(NamedTuple):
    """A possible answer. text: its words ("" for none); place: where they stand in the text; share: its log-probability."""

    text: str
    place: Place
    share: float


class HFQAModel(QuestionModel, CheckpointModel):
    """An encoder that reads question and text together. It computes in fp32: neighbouring spans differ by less than bf16 keeps."""

    def __init__(self, network: Any, tokeniser: Any, name: str = "hf-qa", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks or ("qa",), details)
        self.network: Any = network
        self.tokeniser = tokeniser

    @classmethod
    @building()
    def from_folder(cls, folder: str | Path, asset: Path | None = None, **facts: Any) -> Self:
        """A checkpoint whose class ends in ForQuestionAnswering, or an encoder. asset: the folder of a peft adapter with the layer that
        finds spans; it is merged into the encoder."""
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        network = AutoModelForQuestionAnswering.from_pretrained(str(folder), dtype=torch.float32, trust_remote_code=False)
        if asset is not None:
            from peft import PeftModel

            network = PeftModel.from_pretrained(network, str(asset)).merge_and_unload()
        return cls(network, AutoTokenizer.from_pretrained(str(folder), trust_remote_code=False), **facts).eval()

    def places(self, asked: Sequence[Asked]) -> list[tuple[Place, float]]:
        """The most probable span of each text."""
        return [(best.place, min(1.0, float(torch.tensor(best.share).exp()))) for best, *_ in self.spans(asked, 1)]

    def spans(self, asked: Sequence[Asked], most: int) -> list[list[Span]]:
        """The `most` most probable answers to each question, and that there is none, best first."""
        coded = [self.coded(one) for one in asked]

        def spans(batch: list[int]) -> list[list[Span]]:
            wanted = [{key: value for key, value in coded[index].items() if key != "offset_mapping"} for index in batch]
            with torch.inference_mode():
                out = self.network(**self.tokeniser.pad(wanted, return_tensors="pt").to(self.device))
            edges = torch.stack([out.start_logits, out.end_logits], dim=1).float().cpu()
            return [self._spans(asked[index], coded[index], own[:, :len(coded[index]["input_ids"])], most)
                    for own, index in zip(edges, batch, strict=True)]

        return in_batches(spans, [len(one["input_ids"]) for one in coded], self.device)

    def coded(self, asked: Asked) -> Any:
        """Question and text as token ids, with each token's place (offset_mapping)."""
        return self.tokeniser(whole_question(asked), asked.excerpt.shown, truncation="longest_first",
                              max_length=longest_of(self.tokeniser, self.network), return_offsets_mapping=True)

    def _spans(self, asked: Asked, coded: Any, edges: Tensor, most: int) -> list[Span]:
        """edges (2, T): logits of beginning and end at each token."""
        own = torch.tensor([part == 1 for part in coded.sequence_ids(0)])
        mark = self.tokeniser.cls_token_id  # "no answer" is said there
        start = coded["input_ids"].index(mark) if mark in coded["input_ids"] else 0
        seen = own.clone()
        seen[start] = True
        first, last = edges.masked_fill(~seen, -torch.inf).log_softmax(dim=1)
        nothing = Span("", None, float(first[start] + last[start]))
        found: dict[Place, Span] = {}
        first, last = first.masked_fill(~own, -torch.inf), last.masked_fill(~own, -torch.inf)
        edge = min(EDGES, int(own.sum()))
        for begin in first.topk(edge).indices.tolist():
            for end in last.topk(edge).indices.tolist():
                if begin <= end < begin + LONGEST:
                    span = self._span(asked, coded["offset_mapping"][begin][0], coded["offset_mapping"][end][1], first[begin] + last[end])
                    if span is not None and (span.place not in found or found[span.place].share < span.share):
                        found[span.place] = span
        best = sorted(found.values(), key=lambda span: -span.share)[:most]
        return sorted([*best, nothing], key=lambda span: -span.share)

    def _span(self, asked: Asked, start: int, end: int, share: Tensor) -> Span | None:
        """The whole words from `start` to `end` of what was shown."""
        shown = asked.excerpt.shown
        while start > 0 and shown[start].isalnum() and shown[start - 1].isalnum():
            start -= 1
        while end < len(shown) and shown[end - 1].isalnum() and shown[end].isalnum():
            end += 1
        place = asked.excerpt.place(start, end) if start < end else None
        return Span(shown[start:end], place, float(share)) if place else None

    # Finetuning

    @property
    def cutter(self) -> Cutter:
        return cutter_of(self, self.network)

    def tokens_of(self, asked: Asked, answer: str) -> tuple[int, int] | None:
        """The first and the last token of an answer in what is read; "no answer" is said at the first token of all."""
        coded = self.coded(asked)
        if answer.strip().lower() == NO_ANSWER:
            mark = self.tokeniser.cls_token_id
            place = coded["input_ids"].index(mark) if mark in coded["input_ids"] else 0
            return place, place
        start = asked.excerpt.shown.lower().find(answer.strip().lower())
        end = start + len(answer.strip())
        inside = [place for place, (part, (first, last)) in enumerate(zip(coded.sequence_ids(0), coded["offset_mapping"], strict=True))
                  if part == 1 and first < end and last > start]
        return (inside[0], inside[-1]) if start >= 0 and inside else None

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_cutter"}


def whole_question(asked: Asked) -> str:
    """The question after what was asked and answered before. Training (`assets/qa/make_reader.py`) writes it alike."""
    return " ".join([*(f"{question} {said}" for question, said in asked.before[-EARLIER:]), asked.question])[-LATEST:]
