import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from engine.errors import StudioError
from engine.inference.batching import pad
from engine.models.auto_model import AutoModel
from engine.models.encoder import is_common_make
from engine.models.packages import write_package
from engine.models.st_model import STModel
from tests import tiny

TEXTS = ["i am mad", "my product broke my product broke .", "green", "nature is green " * 30]

pytestmark = pytest.mark.usefixtures("exactly")


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_vectors_are_those_of_sentence_transformers(pooling: str, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    folder = tiny.sentence_folder(tmp_path / "model", pooling=pooling)
    theirs = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, convert_to_tensor=True)
    assert torch.allclose(STModel.from_folder(folder).vectors(TEXTS), theirs, atol=1e-5)


def test_a_folder_of_an_uncommon_make_is_read_by_sentence_transformers(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers import models as parts

    plain = tiny.encoder_folder(tmp_path / "plain")
    words = parts.Transformer(str(plain))
    theirs = SentenceTransformer(modules=[words, parts.Pooling(16), parts.Dense(16, 8)], device="cpu")
    theirs.save(str(tmp_path / "dense"), create_model_card=False)
    assert not is_common_make(tmp_path / "dense")
    model = STModel.from_folder(tmp_path / "dense")
    assert model.depth == 0
    assert "sentence-transformers" in write_package(model, tmp_path / "kept")["versions"]
    assert torch.allclose(model.vectors(TEXTS), theirs.encode(TEXTS, convert_to_tensor=True), atol=1e-5)
    model.pre_finetuning(labels=["a", "b"])
    assert model.logits(*pad(model.tokenise(TEXTS[:2]).ids, model.pad_id)).shape == (2, 2)


def test_a_written_encoder_is_a_sentence_transformers_folder(tmp_path: Path) -> None:
    model = STModel.from_folder(tiny.sentence_folder(tmp_path / "model", pooling="cls"))
    (tmp_path / "again").mkdir()
    model.encoder.write(tmp_path / "again")
    again = STModel.from_folder(tmp_path / "again")
    assert torch.equal(model.vectors(TEXTS), again.vectors(TEXTS))
    assert (again.encoder.modes, again.encoder.normalise, again.encoder.max_length) == (("cls",), True, 24)


def test_texts_that_are_too_long_are_cut_and_counted(tmp_path: Path) -> None:
    model = STModel.from_folder(tiny.sentence_folder(tmp_path / "model"))
    ids, cut = model.tokenise(TEXTS, 8)
    assert [len(sequence) for sequence in ids] == [5, 8, 3, 8]
    assert cut == 2 and ids[3][-1] == 3  # the mark of the end is kept


def test_threads_that_share_a_tokeniser_cut_where_each_wants_it(tmp_path: Path) -> None:
    model = STModel.from_folder(tiny.sentence_folder(tmp_path / "model"))
    text = "nature is green . " * 5

    def lengths(most: int) -> set[int]:
        return {len(model.tokenise([text], most).ids[0]) for _ in range(200)}

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lengths, [8, 12, 16, 32])) == [{8}, {12}, {16}, {22}]


def test_a_longest_text_beyond_the_model_is_held_to_the_model(tmp_path: Path) -> None:
    model = STModel.from_folder(tiny.encoder_folder(tmp_path / "model", "xlm-roberta"))
    ids, cut = model.tokenise(["nature " * 100], 5000)
    assert len(ids[0]) <= 39 and cut == 1
    assert torch.isfinite(model.vectors(["nature " * 100])).all()


def test_the_batch_that_a_text_shares_does_not_change_its_vector(tmp_path: Path) -> None:
    model = STModel.from_folder(tiny.sentence_folder(tmp_path / "model"))
    assert torch.allclose(model.vectors(TEXTS)[0], model.vectors(TEXTS[:1])[0], atol=1e-5)


def test_loading_and_answering_needs_no_sentence_transformers() -> None:
    import subprocess
    import sys

    code = ("import sys, engine; engine.TextClassification()('a text', ['a label']); "
            "assert 'sentence_transformers' not in sys.modules and 'pytorch_lightning' not in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_a_row_becomes_tensors_and_a_batch_a_loss(tmp_path: Path) -> None:
    model = STModel.from_folder(tiny.sentence_folder(tmp_path / "model"))
    model.pre_finetuning(labels=["b", "a"])
    rows = [model.process_batch({"texts": text, "labels": label}, "text-classification") for text, label in zip(TEXTS, "abab", strict=True)]
    batch = model.collate(rows)
    assert batch["input_ids"].shape == batch["attention_mask"].shape
    assert batch["labels"].tolist() == [0, 1, 0, 1]
    assert model.training_step(batch).ndim == 0


def test_a_model_object_is_handed_back_as_it_is(tmp_path: Path) -> None:
    model = STModel.from_folder(tiny.sentence_folder(tmp_path / "model"))
    assert AutoModel.from_pretrained(model) is model


@pytest.mark.parametrize("where", ["modules.json", "config.json", "tokenizer_config.json"])
def test_a_folder_that_brings_code_is_refused_and_the_code_does_not_run(where: str, tmp_path: Path) -> None:
    folder = tiny.sentence_folder(tmp_path / "model")
    (folder / "evil.py").write_text(f"from pathlib import Path\nPath({str(tmp_path / 'ran')!r}).touch()\nclass Evil: pass\n")
    told = json.loads((folder / where).read_text())
    if where == "modules.json":
        told[2]["type"] = "evil.Evil"
    elif where == "config.json":
        told |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil"}}
    else:
        told |= {"tokenizer_class": "Evil", "auto_map": {"AutoTokenizer": ["evil.Evil", "evil.Evil"]}}
    (folder / where).write_text(json.dumps(told))
    with contextlib.suppress(StudioError):  # a tokeniser of a common kind is taken instead of the one that brings code
        AutoModel.from_pretrained(str(folder))
    assert not (tmp_path / "ran").exists()
