"""Wrappers for people who bring a model and write its task methods themselves."""

from collections.abc import Callable, Sequence
from typing import Any

from engine.models.base import BaseModel
from engine.models.building import building


class PathModel(BaseModel):
    """Holds what `init_model(path)` makes, and what `init_tokeniser(path)` makes if it is given.

    Subclass it and add a method for each task, or call `model.network` as it is.
    """

    def __init__(self, path: str, init_model: Callable[[str], Any], init_tokeniser: Callable[[str], Any] | None = None,
                 name: str = "path-model", description: str = "", tasks: Sequence[str] = (),
                 details: dict[str, Any] | None = None) -> None:
        super().__init__(name, description, tasks, details)
        self.path = path
        self.network = init_model(path)
        self.tokeniser = init_tokeniser(path) if init_tokeniser else None


class HFModel(PathModel):
    """A Hugging Face checkpoint: its network and its tokeniser, of the given transformers classes (AutoModel by default)."""

    @building()
    def __init__(self, path: str, model_class: Any = None, tokeniser_class: Any = None, **facts: Any) -> None:
        from transformers import AutoModel, AutoTokenizer

        super().__init__(path, (model_class or AutoModel).from_pretrained, (tokeniser_class or AutoTokenizer).from_pretrained, **facts)


class HFTextGenerationModel(HFModel):
    """A Hugging Face checkpoint that writes: `text_generation` is there, with all options; add methods for further tasks.

    model_class: AutoModelForCausalLM by default; AutoModelForSeq2SeqLM for T5 and its kin.
    """

    def __init__(self, path: str, model_class: Any = None, tokeniser_class: Any = None, **facts: Any) -> None:
        from transformers import AutoModelForCausalLM

        super().__init__(path, model_class or AutoModelForCausalLM, tokeniser_class, **{"tasks": ("text-generation",), **facts})

    def text_generation(self, text: list[str], **options: Any) -> list[Any]:
        """The continuation of each text; a list of them where several generations are asked for."""
        from engine.models.hf_causal_lm_tg_model import HFCausalLMTGModel
        from engine.models.hf_seq2seq_tg_model import HFSeq2SeqTGModel

        writer = HFSeq2SeqTGModel if self.network.config.is_encoder_decoder else HFCausalLMTGModel
        return writer(self.network, self.tokeniser).text_generation(text, **options)
