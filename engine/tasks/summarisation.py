"""Summarisation: what does this text say, in short?"""

from typing import Any

from engine.fields import Field
from engine.tasks.base import Task
from engine.tasks.declarations import Column, Sample, Variant


class Summarisation(Task):
    """A summary of a text: an `Answer` whose details say how it was made.

    details: method ("extractive": sentences chosen from the text; "generated": newly written); for extractive ones `sentences`,
    their [start, end] in the text; for generated ones `unsupported`, [start, end] in the summary of numbers and names that the text lacks.

    >>> Summarisation()("A long text …")
    """

    name = "summarisation"
    title = "Shorten texts"
    term = "summarisation"
    sentence = "Say in a few sentences what a long text says: either its own most telling sentences, or newly written ones."
    icon = ":material/short_text:"
    group = "Text"
    page = "summarisation"
    answer_kind = "summary"
    inputs = (Field(name="text", kind="text", label="Text", help="The text to shorten.", required=True),)
    variants = (
        Variant(
            name="text", label="Texts and summaries", help="Each row is a text and its summary.", metric="rouge_l", reads=512, writes=128,
            columns=(
                Column(key="input_text", kind="text", label="Text", help="The text to shorten.", example="The committee met on Monday to …",
                       guesses=("input_text", "text", "document", "article", "dialogue", "body", "content", "input")),
                Column(key="output_text", kind="text", label="Summary", help="Its summary.",
                       example="The committee agreed on a new budget.",
                       guesses=("output_text", "summary", "highlights", "abstract", "headline", "output")),
            ),
        ),
    )
    default_model = "minilm"
    base_model = "smollm2-135m"
    sample = Sample(file="samples/summaries.csv", sentence="59 talks, minutes and mails, each with a summary of one or two sentences.",
                    licence="Apache-2.0, made for this project")
    examples = (
        {"text": "The town council met on Tuesday evening to talk about the old swimming pool. The building from 1968 needs a new roof, "
                 "and the "
                 "pumps break down almost every month. Last year the repairs cost 240,000 euros. Several members asked for the pool to be "
                 "closed for good. The mayor, Ingrid Fontaine, said that 3,000 children learn to swim there every year. A young father "
                 "told the "
                 "council that the next pool is forty minutes away by bus. After three hours the council voted to repair the roof next "
                 "summer "
                 "and to buy new pumps in two years. The swimming club offered to collect 50,000 euros of the money itself."},
        {"text": "Tomoe: Hi Bruno, did the printer arrive? Bruno: It came this morning, but the black cartridge is missing. Tomoe: That "
                 "is the "
                 "second time this month. Did you call the shop? Bruno: Yes, they will send one by express on Thursday. They also give "
                 "us ten "
                 "percent off the next order. Tomoe: Good. Then I will print the invoices on Friday. Bruno: Please print the labels as "
                 "well, the "
                 "stock room has only a handful left."},
        {"text": "Glaciers in the valley have lost a third of their ice since 1990, a new survey finds. The team flew over the area "
                 "with a laser "
                 "that measures the height of the surface to within ten centimetres. Melting is fastest at the lower ends, where dark "
                 "dust lies "
                 "on the ice. For the farmers below, the meltwater has so far meant good harvests. This will change, the authors say: "
                 "by about "
                 "2045 the streams will carry less water in summer than today. They advise the villages to build small reservoirs now."},
    )

    def __call__(self, text: str | list[str]) -> Any:
        """The summary of a text; a list of summaries for a list of texts."""
        return self._call({"text": text}, {})
