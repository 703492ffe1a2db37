"""Encoder-decoder models (T5, BART …): they turn a text into another one."""

from collections.abc import Sequence
from typing import Any

from engine.models.generator import Generator
from engine.models.long_texts import shorten_long
from engine.models.unsupported import summary


class HFSeq2SeqTGModel(Generator):
    """Writes what the checkpoint was trained to write. T5's kin are told what to do by a prefix, which their config names."""

    loader = "AutoModelForSeq2SeqLM"
    writes_on = False

    def __init__(self, network: Any, tokeniser: Any, name: str = "seq2seq", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(network, tokeniser, name, description, tasks or ("text-generation", "summarisation"), details)

    @property
    def longest(self) -> int:
        return min(super().longest, 1024)

    def text_generation(self, text: list[str], **options: Any) -> list[Any]:
        """What the model makes of each text; a list where several generations are asked for."""
        written = self.write_on(self.prompts_text_generation(text), self.options_of(options))
        return [texts if len(texts) > 1 else texts[0] for texts in written]

    def prompts_text_generation(self, text: list[str], **_: Any) -> list[list[int]]:
        return [self.prompt_text_generation(one) for one in text]

    def prompt_text_generation(self, text: str) -> list[int]:
        """Token ids of one text."""
        return self.tokenise(text)

    def summarisation(self, text: list[str]) -> list[str]:
        """A summary of each text. Numbers and names that the text does not hold are marked in the details."""
        shorts = shorten_long(text, self._short, lambda one: len(self.tokenise(one, most=1 << 30)), self.longest - 32)
        return [summary(source, short) for source, short in zip(text, shorts, strict=True)]

    def _short(self, texts: list[str]) -> list[str]:
        prompts = [self.prompt_summarisation(text) for text in texts]
        return [one[0] for one in self.write_on(prompts, {"max_length": 128, "num_beams": 2, "repetition_penalty": 1.05})]

    def prompt_summarisation(self, text: str) -> list[int]:
        """Token ids of one text and the wish for its summary."""
        return self.tokenise(self._prefixed(text))

    def _prefixed(self, text: str) -> str:
        """What a checkpoint wants before a text to summarise."""
        own = (getattr(self.network.config, "task_specific_params", None) or {}).get("summarization", {})
        return own.get("prefix", "") + text
