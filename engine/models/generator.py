"""What all models that write text share: prompts in batches of like lengths, the options of generation, streaming, stopping."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from engine.errors import StudioError
from engine.inference.batching import pad, plan
from engine.inference.devices import dtype_for
from engine.models.building import building
from engine.models.checkpoint import CheckpointModel
from engine.models.text import clean

BUDGET = 4096  # tokens of a batch, prompts and what is written; beyond it a CPU gains nothing and memory grows
LONGEST = 2048  # tokens of a prompt where the model does not say how many it takes


class Generator(CheckpointModel):
    """A Hugging Face network that writes. Subclasses say how a task becomes a prompt: `prompts_<task>(…) -> list of token ids`.

    Weights are kept in the precision that answers are computed in: writing is bound by how fast they are read.
    """

    loader: ClassVar[str]  # the transformers class
    before_answer: ClassVar[str] = ""  # what parts a prompt from an answer that was learnt; it is stripped from what is written
    writes_on: ClassVar[bool]  # whether the prompt is part of the output, and padded on its left

    def __init__(self, network: Any, tokeniser: Any, name: str = "generator", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks, details)
        self.network: Any = network
        self.tokeniser = tokeniser
        if tokeniser.pad_token_id is None:
            tokeniser.pad_token = tokeniser.eos_token

    @classmethod
    @building()
    def from_folder(cls, folder: str | Path, **facts: Any) -> Self:
        """A Hugging Face checkpoint of the family's kind."""
        import transformers

        load = getattr(transformers, cls.loader).from_pretrained
        network = load(str(folder), dtype=dtype_for("cpu"), trust_remote_code=False)
        return cls(network, transformers.AutoTokenizer.from_pretrained(str(folder), trust_remote_code=False), **facts).eval()

    @property
    def longest(self) -> int:
        """Tokens that prompt and continuation may have together."""
        config = self.network.config
        return int(getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None) or LONGEST)

    def tokenise(self, text: str, most: int | None = None, keep_end: bool = False) -> list[int]:
        """Token ids of a prompt; a longer one loses its beginning (`keep_end`) or its end."""
        most = most or self.longest
        ids = self.tokeniser(clean(text), verbose=False)["input_ids"]
        return ids if len(ids) <= most else ids[-most:] if keep_end else ids[:most]

    def answer_ids(self, text: str) -> list[int]:
        """Token ids of what is to be written after a prompt, with the mark of its end: what finetuning learns."""
        ids = self.tokeniser(self.before_answer + clean(text).strip(), add_special_tokens=False, verbose=False)["input_ids"]
        return [*ids, self.tokeniser.eos_token_id]

    # Writing

    def write_on(self, prompts: Sequence[Sequence[int]], options: Mapping[str, Any]) -> list[list[str]]:
        """For each prompt its continuations (as many as `num_generations`), in order."""
        asked = _asked(options)
        texts: list[list[str]] = [[] for _ in prompts]
        width = max(asked["num_beams"], asked["num_return_sequences"])
        lengths = [(len(prompt) + asked["max_new_tokens"]) * width for prompt in prompts]
        for batch in plan(lengths, BUDGET, most=32):
            ids, mask = pad([prompts[index] for index in batch], self.tokeniser.pad_token_id, left=self.writes_on)
            written = self._generate(ids, mask, **asked)
            for place, row in enumerate(written.tolist()):
                texts[batch[place // asked["num_return_sequences"]]].append(self._decoded(row))
        return texts

    def _generate(self, ids: Tensor, mask: Tensor, **asked: Any) -> Tensor:
        """Token ids of what is new."""
        with torch.inference_mode():
            rows = self.network.generate(input_ids=ids.to(self.device), attention_mask=mask.to(self.device),
                                         pad_token_id=self.tokeniser.pad_token_id, **asked)
        return rows[:, ids.shape[1]:] if self.writes_on else rows

    def _decoded(self, ids: Sequence[int]) -> str:
        return self.tokeniser.decode(ids, skip_special_tokens=True).strip()

    def stream(self, task_input: Mapping[str, Any], task: str) -> Iterator[str]:
        """Pieces of one answer as they are written; closing the iterator stops the work at the next token."""
        self.check_task(task)
        make = getattr(self, f"prompts_{task.replace('-', '_')}", None)
        prompts = make(**task_input) if make else []
        asked = _asked(self.options_of(task_input))
        if len(prompts) == 1 and asked["num_beams"] == asked["num_return_sequences"] == 1:
            yield from self._pieces(prompts[0], asked)
        else:  # several ways are followed at once, or the answer is made of several
            answer = self(task_input, task)[0]
            yield "\n\n".join(answer) if isinstance(answer, list) else str(answer)

    def _pieces(self, prompt: Sequence[int], asked: dict[str, Any]) -> Iterator[str]:
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        over = threading.Event()
        streamer = TextIteratorStreamer(self.tokeniser, skip_prompt=self.writes_on, skip_special_tokens=True)
        ids, mask = pad([prompt], self.tokeniser.pad_token_id)
        failed: list[BaseException] = []

        def work() -> None:
            try:
                stop = StoppingCriteriaList([lambda ids, scores, **_: over.is_set()])
                self._generate(ids, mask, streamer=streamer, stopping_criteria=stop, **asked)
            except BaseException as error:  # handed to whoever reads the pieces
                failed.append(error)
            finally:
                streamer.end()

        thread = threading.Thread(target=work, name="stream", daemon=False)
        thread.start()
        try:
            yield from (piece for piece in streamer if piece)
        finally:
            over.set()
            thread.join()
        if failed:
            raise failed[0]

    def options_of(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The options of generation among what a task was asked with."""
        return {name: given[name] for name in GENERATION if given.get(name) is not None}


GENERATION = {  # our names -> those of transformers
    "min_length": "min_new_tokens", "max_length": "max_new_tokens", "temperature": "temperature", "top_k": "top_k", "top_p": "top_p",
    "repetition_penalty": "repetition_penalty", "length_penalty": "length_penalty", "num_beams": "num_beams",
    "num_generations": "num_return_sequences", "do_sample": "do_sample",
}
SAMPLING = ("temperature", "top_k", "top_p")  # without effect, and warned about, unless tokens are drawn


def _asked(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options in transformers' words, with nothing left to a checkpoint's own defaults."""
    given = {"max_length": 64, "num_beams": 1, "num_generations": 1, "do_sample": False, "repetition_penalty": 1.0, **options}
    if given["num_generations"] > given["num_beams"] > 1:
        raise StudioError(f"{given['num_generations']} generations need as many beams, not {given['num_beams']}.",
                          "Set `num_beams` to 1 or to at least `num_generations`.")
    if given["num_generations"] > 1 and not given["do_sample"] and given["num_beams"] < given["num_generations"]:
        raise StudioError(f"{given['num_generations']} generations would all be the same.",
                          "Set `do_sample`, or at least as many `num_beams` as `num_generations`.")
    if given.get("min_length", 0) > given["max_length"]:
        raise StudioError(f"`min_length` {given['min_length']} is more than `max_length` {given['max_length']}.",
                          "Give a smaller `min_length`.")
    if given["num_beams"] == 1:
        given.pop("length_penalty", None)
    kept = {GENERATION[name]: value for name, value in given.items() if given["do_sample"] or name not in SAMPLING}
    unset = {} if given["do_sample"] else {"temperature": None, "top_p": None, "top_k": None}
    return {**unset, **kept}
