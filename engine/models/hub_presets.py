"""The catalogue's models that are fetched from the Hugging Face hub at their first use: smaller before larger within each kind.

size_bytes is what is fetched. Licences are those that the makers name; where that is not known a model is left out.
"""

from engine.models.preset import Preset

_EN, _VECTORS, _SORTS = ("English",), ("text-vectorisation",), ("text-classification",)
_BOTH = ("text-classification", "text-vectorisation")
_WRITES, _SUMS = ("text-generation",), ("text-generation", "summarisation")
_LOOKS = ("image-classification", "image-vectorisation")
_CLIP = ("image-classification", "image-vectorisation", "image-text-vectorisation", "text-vectorisation")

_ENCODERS: tuple[Preset, ...] = (
    Preset("mpnet", "STModel", "hf://sentence-transformers/all-mpnet-base-v2", _BOTH, 438_000_000, "Apache-2.0", _EN,
           "Understands English better than minilm, and takes about five times as long.", ("english", "all-mpnet-base-v2")),
    Preset("multilingual-minilm", "STModel", "hf://sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", _BOTH, 471_000_000,
           "Apache-2.0", ("50 languages",), "For texts in German, French, Spanish, Chinese and some fifty other languages.",
           ("multilingual",)),
    Preset("multilingual-mpnet", "STModel", "hf://sentence-transformers/paraphrase-multilingual-mpnet-base-v2", _BOTH, 1_110_000_000,
           "Apache-2.0", ("50 languages",), "Better than multilingual-minilm in the same languages, and several times as slow.",
           ("multilingual-large",)),
    Preset("bge-small", "STModel", "hf://BAAI/bge-small-en-v1.5", _VECTORS, 133_000_000, "MIT", _EN,
           "Finds what belongs to a question better than minilm, at about twice its time.", ("search-small", "bge-small-en-v1.5")),
    Preset("msmarco-distilroberta-base-v2", "STModel", "hf://sentence-transformers/msmarco-distilroberta-base-v2", _VECTORS, 329_000_000,
           "Apache-2.0", _EN, "Made for search: short questions against longer passages.", ("search",)),
    Preset("distiluse-base-multilingual-cased-v2", "STModel", "hf://sentence-transformers/distiluse-base-multilingual-cased-v2", _VECTORS,
           540_000_000, "Apache-2.0", ("50 languages",), "The same sentence in two languages gets much the same vector.",
           ("distiluse-multilingual",)),
    Preset("modernbert-base", "STModel", "hf://answerdotai/ModernBERT-base", _SORTS, 599_000_000, "Apache-2.0", _EN,
           "A base to finetune, for texts of up to 8,192 tokens. It sorts well only once it is trained.", ("modernbert",)),
    Preset("xlnet-base-cased", "STModel", "hf://xlnet/xlnet-base-cased", _SORTS, 467_000_000, "MIT", _EN,
           "A base to finetune, older than modernbert-base. It sorts well only once it is trained.", ("xlnet",)),
    Preset("xlm-roberta-base", "STModel", "hf://FacebookAI/xlm-roberta-base", _SORTS, 1_120_000_000, "MIT", ("100 languages",),
           "A base to finetune in a hundred languages. It sorts well only once it is trained.", ("xlmr-base",)),
)

_READERS: tuple[Preset, ...] = (
    Preset("tinyroberta-squad2", "HFQAModel", "hf://deepset/tinyroberta-squad2", ("qa",), 326_000_000, "CC-BY-4.0", _EN,
           "Trained on some 130,000 questions: finds far more answers than reading-pair, and says where there is none.",
           ("tinyroberta-qa",)),
    Preset("roberta-base-squad2", "HFQAModel", "hf://deepset/roberta-base-squad2", ("qa",), 496_000_000, "CC-BY-4.0", _EN,
           "As tinyroberta-squad2, better, at twice its time.", ("roberta-qa",)),
    Preset("xlm-roberta-base-squad2", "HFQAModel", "hf://deepset/xlm-roberta-base-squad2", ("qa",), 1_110_000_000, "CC-BY-4.0",
           ("100 languages",), "Finds answers in texts of a hundred languages.", ("multilingual-qa",)),
)

_CLASSIFIERS: tuple[Preset, ...] = (
    Preset("distilbert-sst2", "HFSeqTCModel", "hf://distilbert/distilbert-base-uncased-finetuned-sst-2-english", _SORTS, 268_000_000,
           "Apache-2.0", _EN, "Tells positive from negative English sentences, with no labels to give.", ("sentiment",), own_labels=True),
    Preset("deberta-v3-zeroshot", "HFNLIModel", "hf://MoritzLaurer/deberta-v3-base-zeroshot-v2.0", _SORTS, 369_000_000, "MIT", _EN,
           "Sorts by labels that you make up, far better than minilm: it asks for each whether the text says so. Slow with many labels.",
           ("zero-shot",)),
    Preset("mdeberta-v3-xnli", "HFNLIModel", "hf://MoritzLaurer/mDeBERTa-v3-base-mnli-xnli", _SORTS, 558_000_000, "MIT",
           ("100 languages",), "Sorts by labels that you make up, in a hundred languages.", ("zero-shot-multilingual",)),
    Preset("deberta-base-mnli", "HFNLIModel", "hf://microsoft/deberta-base-mnli", _SORTS, 557_000_000, "MIT", _EN,
           "Sorts by labels that you make up; deberta-v3-zeroshot is newer and better."),
    Preset("bart-large-mnli", "HFNLIModel", "hf://facebook/bart-large-mnli", _SORTS, 1_630_000_000, "MIT", _EN,
           "Sorts by labels that you make up. Well known, large and slow.", ("zero-shot-large",)),
    Preset("xlmr-large-xnli", "HFNLIModel", "hf://joeddav/xlm-roberta-large-xnli", _SORTS, 2_240_000_000, "MIT",
           ("15 languages, and others less well",), "Sorts by labels that you make up in many languages. The largest and slowest.",
           ("zero-shot-multilingual-large",)),
)

_WRITERS: tuple[Preset, ...] = (
    Preset("smollm2-360m", "HFCausalLMTGModel", "hf://HuggingFaceTB/SmolLM2-360M-Instruct", _SUMS, 724_000_000, "Apache-2.0", _EN,
           "Follows instructions and keeps to facts better than smollm2-135m, at about a third of its speed.", ("smollm2-360m-instruct",)),
    Preset("qwen-0-5b", "HFCausalLMTGModel", "hf://Qwen/Qwen2.5-0.5B-Instruct", _SUMS, 988_000_000, "Apache-2.0",
           ("English", "Chinese", "27 others"), "Small for what it knows, and the one to take for languages other than English.",
           ("qwen-small",)),
    Preset("qwen-1-5b", "HFCausalLMTGModel", "hf://Qwen/Qwen2.5-1.5B-Instruct", _SUMS, 3_090_000_000, "Apache-2.0",
           ("English", "Chinese", "27 others"), "Noticeably better than qwen-0-5b; it wants 8 GB of memory and patience without a GPU.",
           ("qwen",)),
    Preset("distilgpt2", "HFCausalLMTGModel", "hf://distilbert/distilgpt2", _WRITES, 353_000_000, "Apache-2.0", _EN,
           "Goes on writing; follows no instructions. The quickest of the gpt2 kind.", ("gpt2-small",)),
    Preset("gpt2", "HFCausalLMTGModel", "hf://openai-community/gpt2", _WRITES, 548_000_000, "MIT", _EN,
           "Goes on writing; follows no instructions."),
    Preset("gpt2-medium", "HFCausalLMTGModel", "hf://openai-community/gpt2-medium", _WRITES, 1_520_000_000, "MIT", _EN,
           "Goes on writing, more coherently than gpt2; follows no instructions."),
    Preset("gpt2-large", "HFCausalLMTGModel", "hf://openai-community/gpt2-large", _WRITES, 3_250_000_000, "MIT", _EN,
           "Goes on writing, more coherently than gpt2-medium; follows no instructions."),
    Preset("t5-base-qa-summary-emotion", "T5QASummaryEmotion", "hf://kiri-ai/t5-base-qa-summary-emotion",
           ("qa", "summarisation", "emotion"), 892_000_000, "Apache-2.0", _EN,
           "One model that answers questions, in conversations too, writes summaries and names feelings.", ("t5-multi",)),
    Preset("t5-small", "HFSeq2SeqTGModel", "hf://google-t5/t5-small", _SUMS, 242_000_000, "Apache-2.0",
           ("English", "French", "German", "Romanian"), "Summarises English, and translates from it when told. A small base to finetune."),
    Preset("t5-base", "HFSeq2SeqTGModel", "hf://google-t5/t5-base", _SUMS, 892_000_000, "Apache-2.0",
           ("English", "French", "German", "Romanian"), "Summarises English, better than t5-small. A base to finetune."),
    Preset("flan-t5-small", "HFSeq2SeqTGModel", "hf://google/flan-t5-small", _SUMS, 308_000_000, "Apache-2.0", _EN,
           "Follows short instructions, in few words; very small."),
    Preset("flan-t5-base", "HFSeq2SeqTGModel", "hf://google/flan-t5-base", _SUMS, 990_000_000, "Apache-2.0", _EN,
           "Follows instructions in few words, better than flan-t5-small.", ("flan-t5",)),
    Preset("distilbart-cnn", "HFSeq2SeqTGModel", "hf://sshleifer/distilbart-cnn-12-6", ("summarisation",), 1_220_000_000, "Apache-2.0", _EN,
           "Summarises English news articles; about as good as bart-large-cnn, and quicker.", ("distilbart-cnn-12-6",)),
    Preset("bart-large-cnn", "HFSeq2SeqTGModel", "hf://facebook/bart-large-cnn", ("summarisation",), 1_630_000_000, "MIT", _EN,
           "Summarises English news articles.", ("summary-large",)),
)

_SEEING: tuple[Preset, ...] = (
    Preset("efficientnet-b0", "EfficientNet", "hf://google/efficientnet-b0", _LOOKS, 21_400_000, "Apache-2.0", (),
           "A thousand classes of things and animals, somewhat surer than efficientnet-lite0.", ("efficientnet",), own_labels=True),
    Preset("efficientnet-b4", "EfficientNet", "hf://google/efficientnet-b4", _LOOKS, 77_900_000, "Apache-2.0", (),
           "A thousand classes; looks at 380x380 points, for finer things, and is about ten times as slow as b0.", own_labels=True),
    Preset("efficientnet-b7", "EfficientNet", "hf://google/efficientnet-b7", _LOOKS, 267_000_000, "Apache-2.0", (),
           "A thousand classes; the surest and slowest of its kind, at 600x600 points.", own_labels=True),
    Preset("clip", "CLIP", "hf://openai/clip-vit-base-patch32", _CLIP, 605_000_000, "MIT", _EN,
           "Sorts images by any labels, and puts images and texts into one space: far better than image-text.",
           ("clip-vit-base-patch32",)),
    Preset("clip-laion", "CLIP", "hf://laion/CLIP-ViT-B-32-laion2B-s34B-b79K", _CLIP, 605_000_000, "MIT", _EN,
           "As clip, of the same size and speed, trained on more and open data; mostly surer.", ("clip-vit-b-32-laion2b",)),
    Preset("clip-large", "CLIP", "hf://openai/clip-vit-large-patch14", _CLIP, 1_710_000_000, "MIT", _EN,
           "As clip and surer, at about a tenth of its speed.", ("clip-vit-large-patch14",)),
)

HUB_PRESETS: tuple[Preset, ...] = (*_ENCODERS, *_READERS, *_CLASSIFIERS, *_WRITERS, *_SEEING)
