"""Two models that read the same text: an encoder proposes spans, and a language model and the encoder judge them together.

They err in different places: the encoder sees question and text at once, the language model knows more words and follows a talk.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch

from engine.models.hf_qa_model import HFQAModel
from engine.models.question_models import Asked, Place, QuestionModel
from engine.models.question_prompt import NO_ANSWER
from engine.models.span_qa import SpanQA

PROPOSED = 12  # spans that are judged
WRITER = 0.6  # the language model's share in the judgement, chosen on what is held out of `assets/qa/readings.jsonl`
TEMPERATURE = 1.5  # evens out the shares: of answers that say 70%, about 70% are right (on the same)


class ReadingPair(QuestionModel):
    """Answers with the span that both find most probable."""

    def __init__(self, writer: SpanQA, reader: HFQAModel, name: str = "reading-pair", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks or ("qa",), details)
        self.writer, self.reader = writer, reader

    @classmethod
    def from_parts(cls, parts: Sequence[Any], **facts: Any) -> Self:
        """A language model and an encoder, each of which answers questions."""
        writer, reader = parts
        return cls(writer, reader, **facts).eval()

    def places(self, asked: Sequence[Asked]) -> list[tuple[Place, float]]:
        return [self._judged(one, spans) for one, spans in zip(asked, self.reader.spans(asked, PROPOSED), strict=True)]

    def _judged(self, asked: Asked, spans: Sequence[Any]) -> tuple[Place, float]:
        """The best span, and its share among all that were proposed."""
        said = self.writer.chances(asked, [span.text or NO_ANSWER for span in spans])
        read = torch.tensor([span.share for span in spans])
        shares = ((WRITER * said + (1 - WRITER) * read) / TEMPERATURE).softmax(dim=0)
        best = int(shares.argmax())
        return spans[best].place, float(shares[best])

    def trainable(self, task: str) -> HFQAModel:
        """The encoder: it learns from a few hundred questions within minutes."""
        return self.reader

    # Keeping

    def write(self, folder: Path) -> None:
        for name, part in (("writer", self.writer), ("reader", self.reader)):
            (folder / name).mkdir()
            part.write(folder / name)

    @classmethod
    def read(cls, folder: Path, config: dict[str, Any]) -> Self:
        return cls(SpanQA.read(folder / "writer", {}), HFQAModel.read(folder / "reader", {})).eval()
