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
    inner.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                                         special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
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
    own = config(family, initializer_range=0.3, id2label=names, label2id={name: place for place, name in names.items()})
    AutoModelForSequenceClassification.from_config(own).save_pretrained(folder)
    tokeniser().save_pretrained(folder)
    return folder


def feeling_model(folder: Path) -> Any:
    """An encoder whose head names feelings; without labels of its own it could not serve `emotion`."""
    from engine.models.st_model import STModel

    model = STModel.from_folder(sentence_folder(folder), name="tiny-stmodel",
                                tasks=("text-vectorisation", "text-classification", "summarisation", "emotion"))
    model.pre_finetuning(["joy", "anger", "fear"], multi_label=True)
    return model.eval()


def entailment_folder(folder: Path) -> Path:
    """A classifier of premise and hypothesis."""
    return classifier_folder(folder, labels=("contradiction", "neutral", "entailment"))


def writing_tokeniser() -> Any:
    """As `tokeniser`, for models that write: nothing is put around a text but its end, and it can chat."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = [*WORDS, "Question", "Answer", ":", "?", "\n", *"abcdefghijklmnopqrstuvwxyz",
             *(letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz")]
    inner = Tokenizer(models.WordLevel({word: place for place, word in enumerate(dict.fromkeys(words))}, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    made = PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", eos_token="[SEP]", model_max_length=400)
    made.chat_template = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
    return made


def causal_folder(folder: Path) -> Path:
    """A Llama of two layers."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(0)
    tokeniser = writing_tokeniser()
    own = AutoConfig.for_model("llama", vocab_size=len(tokeniser), hidden_size=16, intermediate_size=32, num_hidden_layers=2,
                               num_attention_heads=2,
                               num_key_value_heads=1, max_position_embeddings=512, pad_token_id=0, bos_token_id=2, eos_token_id=3)
    AutoModelForCausalLM.from_config(own).save_pretrained(folder)
    tokeniser.save_pretrained(folder)
    return folder


def question_folder(folder: Path) -> Path:
    """An encoder that finds where an answer begins and ends."""
    import torch
    from transformers import AutoModelForQuestionAnswering

    torch.manual_seed(0)
    AutoModelForQuestionAnswering.from_config(config("bert")).save_pretrained(folder)
    tokeniser().save_pretrained(folder)
    return folder


def reading_pair(folder: Path) -> Any:
    """A language model and an encoder that read the same text."""
    from engine.models.hf_qa_model import HFQAModel
    from engine.models.reading_pair import ReadingPair
    from engine.models.span_qa import SpanQA

    writer = SpanQA.from_folder(causal_folder(folder / "causal"))
    return ReadingPair.from_parts([writer, HFQAModel.from_folder(question_folder(folder / "encoder"))], name="tiny-readingpair")


def seq2seq_folder(folder: Path) -> Path:
    """A T5 of two layers."""
    import torch
    from transformers import AutoConfig, AutoModelForSeq2SeqLM

    torch.manual_seed(0)
    tokeniser = writing_tokeniser()
    own = AutoConfig.for_model("t5", vocab_size=len(tokeniser), d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2, pad_token_id=0,
                               eos_token_id=3,
                               decoder_start_token_id=0)
    AutoModelForSeq2SeqLM.from_config(own).save_pretrained(folder)
    tokeniser.save_pretrained(folder)
    return folder
