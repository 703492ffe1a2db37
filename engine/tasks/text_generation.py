"""Text generation: how might this text go on?"""

from typing import Any

from engine.errors import StudioError
from engine.fields import Field
from engine.tasks.base import Task
from engine.tasks.declarations import Column, Sample, Variant


class TextGeneration(Task):
    """The continuation of a text.

    >>> TextGeneration()("Dear customer, thank you for", max_length=40)
    """

    name = "text-generation"
    title = "Go on writing"
    term = "text generation"
    sentence = "Begin a text and let a language model go on: drafts, variants, ideas. It writes fluently and may be wrong: check its facts."
    icon = ":material/edit_note:"
    group = "Text"
    page = "text_generation"
    answer_kind = "text"
    inputs = (Field(name="text", kind="text", label="Text", help="The beginning, which is gone on with.", required=True),)
    options = (
        Field(name="max_length", kind="integer", label="Tokens at most", default=64, minimum=1, maximum=2048,
              help="How much is written at most. A token is about three quarters of an English word."),
        Field(name="num_generations", kind="integer", label="Variants", default=1, minimum=1, maximum=16,
              help="How many continuations are written. More than one needs Draw at random, or as many beams."),
        Field(name="do_sample", kind="switch", label="Draw at random", default=False,
              help="Draws each token by its probability, so that every answer differs. Off: always the most probable one."),
        Field(name="temperature", kind="number", label="Temperature", default=1.0, minimum=0.01, maximum=10.0, advanced=True,
              help="When drawing: below 1 likely tokens get likelier, above 1 the rare ones do."),
        Field(name="top_k", kind="integer", label="Top k", default=50, minimum=0, maximum=1_000_000, advanced=True,
              help="When drawing: only the k most probable tokens are drawn from; 0 takes all."),
        Field(name="top_p", kind="number", label="Top p", default=0.95, minimum=0.01, maximum=1.0, advanced=True,
              help="When drawing: only the most probable tokens that together have this probability are drawn from; 1 takes all."),
        Field(name="repetition_penalty", kind="number", label="Repetition penalty", default=1.1, minimum=0.1, maximum=10.0, advanced=True,
              help="Above 1 tokens that were already there become less likely, which keeps a text from going in circles; 1 changes "
                   "nothing."),
        Field(name="min_length", kind="integer", label="Tokens at least", default=0, minimum=0, maximum=2048, advanced=True,
              help="The text may not end before this many tokens."),
        Field(name="num_beams", kind="integer", label="Beams", default=1, minimum=1, maximum=16, advanced=True,
              help="How many beginnings are followed at the same time, the best kept: more probable texts, for that many times the time."),
        Field(name="length_penalty", kind="number", label="Length penalty", default=1.0, minimum=-10.0, maximum=10.0, advanced=True,
              help="With beams: above 0 longer texts are preferred, below 0 shorter ones."),
    )
    variants = (
        Variant(
            name="text", label="Texts and what follows", help="Each row is a beginning and how it goes on.", metric="rouge_l",
            columns=(
                Column(key="input_text", kind="text", label="Input", help="The beginning.", example="Question: Where is the station?",
                       guesses=("input_text", "input", "prompt", "instruction", "question", "text", "source")),
                Column(key="output_text", kind="text", label="Output", help="What follows.", example="Behind the town hall.",
                       guesses=("output_text", "output", "completion", "response", "answer", "target", "summary")),
            ),
        ),
    )
    default_model = "smollm2-135m"
    sample = Sample(file="samples/questions_to_write.csv", sentence="80 short notices, each with three questions to write about it.",
                    licence="Apache-2.0, made for this project")
    examples = (
        {"text": "Dear Ms Keller, thank you for your order. Unfortunately"},
        {"text": "Three ideas for a rainy afternoon with children:\n1."},
        {"text": "The old lighthouse keeper opened the door and saw"},
    )

    def __call__(self, text: str | list[str], min_length: int = 0, max_length: int = 64, temperature: float = 1.0, top_k: int = 50,
                 top_p: float = 0.95, repetition_penalty: float = 1.1, length_penalty: float = 1.0, num_beams: int = 1,
                 num_generations: int = 1, do_sample: bool = False) -> Any:
        """The continuation of a text, a list of them with `num_generations` above 1; a list of these for a list of texts.

        Lengths are in tokens and count what is written only.
        """
        return self._call({"text": text}, {
            "min_length": min_length, "max_length": max_length, "temperature": temperature, "top_k": top_k, "top_p": top_p,
            "repetition_penalty": repetition_penalty, "length_penalty": length_penalty, "num_beams": num_beams,
            "num_generations": num_generations, "do_sample": do_sample})

    def _check_options(self, options: dict[str, Any], count: int) -> dict[str, Any]:
        checked = super()._check_options(options, count)
        variants, beams = checked["num_generations"], checked["num_beams"]
        if variants > beams > 1:
            raise StudioError(f"`num_generations` cannot be {variants} with {beams} beams: each is the end of one.",
                              f"Set `num_beams` (Beams) to 1 or to at least {variants}.")
        if variants > beams and not checked["do_sample"]:
            raise StudioError(f"`num_generations` cannot be {variants} here: all would be the same.",
                              f"Set `do_sample` (Draw at random), or `num_beams` (Beams) to at least {variants}.")
        if checked["min_length"] > checked["max_length"]:
            raise StudioError(f"`min_length` cannot be {checked['min_length']}, more than `max_length` {checked['max_length']}.",
                              "Give a smaller `min_length`.")
        return checked
