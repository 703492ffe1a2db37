"""Causal language models (GPT-2, Llama, SmolLM2 …): they go on writing, and one that follows instructions shortens texts."""

from collections.abc import Sequence
from typing import Any

from engine.errors import StudioError
from engine.models.generator import Generator
from engine.models.long_texts import shorten_long
from engine.models.text import clean
from engine.models.unsupported import summary

INSTRUCTION = "{text}\n\nSummarize the text above in one sentence."
PIECE = 1200  # tokens of a text that are summarised at once


class HFCausalLMTGModel(Generator):
    """Continues texts. With a chat template it also summarises, since it then follows instructions."""

    loader = "AutoModelForCausalLM"
    writes_on = True
    before_answer = "\n"

    def __init__(self, network: Any, tokeniser: Any, name: str = "causal-lm", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        own = ("text-generation", "summarisation") if getattr(tokeniser, "chat_template", None) else ("text-generation",)
        super().__init__(network, tokeniser, name, description, tasks or own, details)

    def text_generation(self, text: list[str], **options: Any) -> list[Any]:
        """The continuation of each text; a list of them where several generations are asked for."""
        prompts = self.prompts_text_generation(text, **options)
        written = self.write_on(prompts, self.options_of(options))
        return [texts if len(texts) > 1 else texts[0] for texts in written]

    def prompts_text_generation(self, text: list[str], max_length: int = 64, **_: Any) -> list[list[int]]:
        most = self.longest - max_length
        if most < 1:
            raise StudioError(f"`max_length` cannot be {max_length}: {self.name} reads and writes {self.longest:,} tokens together.",
                              f"Give at most {self.longest - 1:,}.")
        return [self.prompt_text_generation(one, most) for one in text]

    def prompt_text_generation(self, text: str, most: int | None = None) -> list[int]:
        """Token ids of one text that is gone on with."""
        return self.tokenise(text, most, keep_end=True) or [self.tokeniser.eos_token_id]

    def summarisation(self, text: list[str]) -> list[str]:
        """One or two sentences for each text. Numbers and names that the text does not hold are marked in the details."""
        return [summary(source, short) for source, short in zip(text, shorten_long(text, self._short, self._count, PIECE), strict=True)]

    def _short(self, texts: list[str]) -> list[str]:
        prompts = [self.prompt_summarisation(text) for text in texts]
        return [one[0] for one in self.write_on(prompts, {"max_length": 80, "repetition_penalty": 1.05})]

    def _count(self, text: str) -> int:
        return len(self.tokenise(text, most=1 << 30))

    def prompt_summarisation(self, text: str) -> list[int]:
        """Token ids of one text and the wish for its summary."""
        chat = [{"role": "user", "content": INSTRUCTION.format(text=clean(text))}]
        return self.tokeniser.apply_chat_template(chat, add_generation_prompt=True, tokenize=True, return_dict=True)["input_ids"]
