"""Backprop's T5 that was taught three tasks at once; a prefix tells which one is meant."""

from collections.abc import Sequence
from typing import Any

from engine.models.hf_seq2seq_tg_model import HFSeq2SeqTGModel
from engine.models.spans import located
from engine.models.text import clean


class T5QASummaryEmotion(HFSeq2SeqTGModel):
    """Answers questions about a text (conversations too), summarises, and names the feeling."""

    def __init__(self, network: Any, tokeniser: Any, name: str = "t5-qa-summary-emotion", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(network, tokeniser, name, description, tasks or ("qa", "summarisation", "emotion", "text-generation"), details)

    def qa(self, question: list[str], context: list[str], prev_q: Sequence[Sequence[str]] | None = None,
           prev_a: Sequence[Sequence[str]] | None = None) -> list[str]:
        """The answer to each question, with its place in the context where it stands there."""
        nothing: list[Sequence[str]] = [()] * len(question)
        prompts = [self.prompt_qa(asked, text, list(zip(before, said, strict=True)))
                   for asked, text, before, said in zip(question, context, prev_q or nothing, prev_a or nothing, strict=True)]
        written = self.write_on(prompts, {"max_length": 64})
        return [located(text, own[0]) for text, own in zip(context, written, strict=True)]

    def prompt_qa(self, question: str, context: str, earlier: Sequence[tuple[str, str]] = ()) -> list[int]:
        """Token ids of one question after what was asked before it."""
        before = "".join(f"q: {clean(one)} a: {clean(other)} " for one, other in earlier)
        return self.tokenise(f"{before}q: {clean(question)} c: {context}")

    def prompt_emotion(self, text: str) -> list[int]:
        """Token ids of one text whose feeling is to be named."""
        return self.tokenise(f"emotion: {text}")

    def emotion(self, text: list[str]) -> list[str]:
        """One word for the feeling of each text."""
        return [own[0] for own in self.write_on([self.prompt_emotion(one) for one in text], {"max_length": 8})]

    def _prefixed(self, text: str) -> str:
        return f"summarize: {text}"
