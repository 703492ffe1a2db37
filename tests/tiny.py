"""Tiny checkpoints, built in the test: two layers and twenty words, untrained, in the folders that real ones come in."""

import json
from pathlib import Path
from typing import Any

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "i", "am", "mad", "happy", "my", "product", "broke", "nature", "is", "green",
         "this", "text", "about", ".", "issue")
FAMILIES = ("bert", "distilbert", "mpnet", "xlm-roberta", "modernbert")


def tokeniser(max_length: int = 32) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    inner.normalizer = normalizers.Lowercase()
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
                                   mask_token="[MASK]", model_max_length=max_length)


def config(family: str, layers: int = 2, **more: Any) -> Any:
    from transformers import AutoConfig

    if family == "distilbert":
        sizes = {"dim": 16, "hidden_dim": 32, "n_layers": layers, "n_heads": 2}
    else:
        sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": layers, "num_attention_heads": 2}
    marks = {"pad_token_id": 0, "bos_token_id": 2, "cls_token_id": 2, "eos_token_id": 3, "sep_token_id": 3}
    return AutoConfig.for_model(family, vocab_size=len(WORDS), max_position_embeddings=40, **sizes, **marks, **more)


def encoder_folder(folder: Path, family: str = "bert", layers: int = 2) -> Path:
    """A plain Hugging Face encoder."""
    import torch
    from transformers import AutoModel

    torch.manual_seed(0)
    AutoModel.from_config(config(family, layers)).save_pretrained(folder)
    tokeniser().save_pretrained(folder)
    return folder


def sentence_folder(folder: Path, family: str = "bert", pooling: str = "mean") -> Path:
    """A sentence-transformers folder: transformer, pooling, normalising."""
    encoder_folder(folder, family)
    kinds = ("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")
    modules = [{"idx": place, "name": str(place), "path": path, "type": f"sentence_transformers.models.{kind}"}
               for place, (path, kind) in enumerate(kinds)]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 24, "do_lower_case": False}), encoding="utf-8")
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    pooled = {"word_embedding_dimension": 16, "pooling_mode_cls_token": pooling == "cls", "pooling_mode_mean_tokens": pooling == "mean",
              "pooling_mode_max_tokens": pooling == "max"}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooled), encoding="utf-8")
    return folder


def classifier_folder(folder: Path, family: str = "bert", labels: tuple[str, ...] = ("negative", "positive")) -> Path:
    """A Hugging Face sequence classifier."""
    import torch
    from transformers import AutoModelForSequenceClassification

    torch.manual_seed(0)
    names = dict(enumerate(labels))
    own = config(family, id2label=names, label2id={name: place for place, name in names.items()})
    AutoModelForSequenceClassification.from_config(own).save_pretrained(folder)
    tokeniser().save_pretrained(folder)
    return folder
