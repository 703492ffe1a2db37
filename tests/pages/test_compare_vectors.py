"""Vectors go out of the page Compare and come in, and a run's validation rows are a source: driven as a reader would."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine import data, runs
from engine.data import attachments
from engine.errors import StudioError
from engine.similarity import brought
from studio import resources
from studio.compare import place as places
from studio.compare import setup, validation, vectors
from studio.compare.collection import Collection
from studio.compare.place import Place
from tests.learning import picture
from tests.pages.test_compare import ROOT, TABLE, TEXTS, open_page, said, size, trouble, zipped

RANDOM = np.random.default_rng(0)
MIDDLES = {topic: RANDOM.normal(size=12) for _, topic in TEXTS}
VECTORS = np.array([MIDDLES[topic] + RANDOM.normal(size=12) * 0.3 for _, topic in TEXTS], np.float32)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def stored(content: str | bytes, name: str = "messages.csv") -> data.Dataset:
    return data.Dataset.of(data.store(content.encode() if isinstance(content, str) else content, name)).save()


def with_column(cells: list[object], **more: list[str]) -> data.Dataset:
    """The messages as JSON lines with a column of vectors."""
    rows = [{"message": text, "topic": topic, **{name: values[row] for name, values in more.items()}, "embedding": cells[row]}
            for row, (text, topic) in enumerate(TEXTS)]
    return stored("\n".join(map(json.dumps, rows)), "messages.jsonl")


def address(at: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[0] for name, value in at.query_params.items()}


def badges(at: AppTest) -> str:
    return " ".join(item.value for item in at.markdown if "-badge[" in item.value).replace("\\", "")


def bring(at: AppTest, content: bytes, name: str = "mine.npy") -> AppTest:
    """Attach a file of vectors, in whatever popover the page has for it."""
    next(box for box in at.file_uploader if "one for each row" in box.label).upload(name, content)
    return at.run()


def collection_of(dataset: data.Dataset, chosen: str) -> tuple[Place, Collection]:
    place = setup.settled(Place(dataset.id, vectors=chosen), dataset, resources.items(dataset.id).frame)
    return place, vectors.read(place, dataset)


# Out


def test_a_parquet_file_holds_the_rows_with_their_vectors_and_comes_back_without_a_model():
    dataset = stored(TABLE)
    place, out = collection_of(dataset, f"file:{brought.attach(dataset.id, npy(VECTORS), 'mine.npy', range(20)).id}")
    content = vectors.made("parquet", place, out)
    table = pd.read_parquet(io.BytesIO(content))
    assert list(table.columns) == ["row", "message", "topic", "vector"] and list(table["row"][:2]) == ["2", "3"]
    assert np.allclose(np.stack(table["vector"]), out.index.vectors)
    at = open_page()
    at.file_uploader[0].upload("vectors.parquet", content)
    at.run()
    assert trouble(at) == [] and "20 items · 12 numbers each" in size(at) and "from the column vector" in size(at)
    place, back = collection_of(data.open_dataset(address(at)["dataset"]), "column:vector")
    assert np.allclose(back.index.vectors, out.index.vectors, atol=1e-6)
    again = pd.read_parquet(io.BytesIO(vectors.made("parquet", place, back)))
    assert list(again.columns) == ["row (2)", "row", "message", "topic", "vector"]


def test_files_have_a_line_for_each_row_and_rows_that_were_left_out_say_why():
    cells = [vector.tolist() for vector in VECTORS]
    cells[3] = None
    place, out = collection_of(with_column(cells), "column:embedding")
    table = pd.read_parquet(io.BytesIO(vectors.made("parquet", place, out)))
    assert table["vector"][3] is None and table["error"][3] == brought.MISSING and len(table) == 20
    array = np.load(io.BytesIO(vectors.made("npy", place, out)), allow_pickle=False)
    assert np.isnan(array[3]).all() and np.allclose(array[4], out.index.vectors[3]) and array.shape == (20, 12)


# In


def test_an_attached_file_is_used_instead_of_a_model_and_found_again_by_the_address():
    dataset = stored(TABLE)
    at = bring(open_page(dataset=dataset.id), npy(VECTORS))
    assert trouble(at) == [] and "20 items · 12 numbers each" in size(at)
    assert "Vectors from mine.npy" in badges(at) and "minilm" not in said(at)
    again = open_page(**address(at))
    assert trouble(again) == [] and "from mine.npy" in size(again)
    earlier = open_page(dataset=dataset.id)
    assert "from mine.npy" in size(earlier), "the data remembers its vectors"


def test_the_reader_goes_back_to_a_model_and_to_the_vectors():
    dataset = stored(TABLE)
    at = bring(open_page(dataset=dataset.id), npy(VECTORS))
    choice = at.radio[0]
    assert [option.replace("\\", "") for option in choice.options] == ["From mine.npy", "Computed here by a model"]
    choice.set_value("model").run()
    assert trouble(at) == [] and at.button(key="compare_go") and badges(at) == "" and address(at)["vectors"] == "model"
    at.radio[-1].set_value(next(iter(vectors.offered(dataset.id)))).run()
    assert trouble(at) == [] and "from mine.npy" in size(at)


@pytest.mark.parametrize("tab", places.TABS)
def test_every_tab_opens_with_vectors_of_a_column(tab: str):
    at = open_page(dataset=with_column(VECTORS.tolist()).id, tab=tab)
    assert trouble(at) == [] and "from the column embedding" in size(at)
    assert not any("embedding" in map(str, table.value.columns) for table in at.dataframe), "numbers are not shown as texts"


def test_without_a_model_an_item_is_looked_for_and_a_pair_is_not_taken_apart():
    dataset = with_column(VECTORS.tolist())
    at = open_page(dataset=dataset.id, tab="Search", asked="a parcel")
    assert [box.label for box in at.text_area] == [] and "a text can be looked for too" in said(at)
    assert list(at.dataframe[0].value["topic"][:4]) == ["delivery"] * 4
    at = open_page(dataset=dataset.id, tab="Pair", pair="7,8")
    assert "of random pairs of this data" in said(at) and not at.toggle and "when a model computes" in said(at)


def test_brought_vectors_are_compared_with_those_of_a_model():
    at = open_page(dataset=with_column(VECTORS.tolist()).id, tab="Two models", other="minilm")
    assert trouble(at) == [] and at.metric[0].label == "Neighbours that stayed"
    assert "Grey: by minilm" in said(at) and "In colour: by the column embedding" in said(at)


def test_vectors_alone_are_numbered_items():
    at = open_page()
    at.file_uploader[0].upload("alone.npy", npy(VECTORS))
    at.run()
    assert trouble(at) == [] and "20 items · 12 numbers each" in size(at) and "from alone.npy" in size(at)
    at = open_page(dataset=address(at)["dataset"], tab="Search")
    assert trouble(at) == [] and set(at.dataframe[0].value["item"]) < {f"Item {number}" for number in range(1, 21)}


def test_a_table_of_nothing_but_vectors_calls_its_items_by_their_rows():
    dataset = stored("\n".join(json.dumps({"embedding": vector.tolist()}) for vector in VECTORS), "only.jsonl")
    at = open_page(dataset=dataset.id, tab="Search")
    assert trouble(at) == [] and at.dataframe[0].value["item"].str.startswith("Item ").all()


def test_images_can_have_vectors_from_elsewhere():
    dataset = stored(zipped(), "pictures.zip")
    at = bring(open_page(dataset=dataset.id), npy(np.eye(9, 4) + 1))
    assert trouble(at) == [] and "9 items · 4 numbers each" in size(at)


def test_short_lists_are_offered_but_not_taken_for_vectors_unasked():
    rows = [{"message": text, "box": [1, 2, 3, len(text)]} for text, _ in TEXTS]
    dataset = stored("\n".join(map(json.dumps, rows)), "boxes.jsonl")
    at = open_page(dataset=dataset.id)
    assert trouble(at) == [] and at.button(key="compare_go") and at.radio[-1].options == ["From the column box", "Computed here by a model"]


# Bad input: it is said, and the rest of the page goes on


@pytest.mark.parametrize(("content", "name", "message"), [
    (npy(VECTORS[:17]), "mine.npy", "mine.npy has 17 vectors, but the data has 20 rows"), (npy(VECTORS[0]), "mine.npy", "shape (12,)"),
    (npy(np.full((20, 3), np.nan)), "mine.npy", "None of the 20 vectors"), (b"no array", "mine.npy", "neither an NPY nor a Parquet"),
    (b"", "mine.npy", "is empty"), (b"PAR1", "mine.parquet", "broken Parquet")])
def test_a_file_that_cannot_be_used_is_said_and_the_rows_stay(content: bytes, name: str, message: str):
    dataset = stored(TABLE)
    at = bring(open_page(dataset=dataset.id), content, name)
    assert len(trouble(at)) == 1 and message in trouble(at)[0].replace("\\", "")
    assert at.button(key="compare_go") and len(at.dataframe[0].value) == 20 and attachments.attached(dataset.id) == {}


def test_rows_with_something_that_is_no_number_are_left_out_and_listed():
    broken = VECTORS.copy()
    broken[[2, 5], 0] = np.nan, np.inf
    at = bring(open_page(dataset=stored(TABLE).id), npy(broken))
    assert trouble(at) == [] and "18 items" in size(at)
    assert f"Row 4: {brought.BROKEN}" in said(at) and f"Row 7: {brought.BROKEN}" in said(at)


def test_vectors_of_zeros_break_nothing():
    dataset = stored(TABLE)
    brought.attach(dataset.id, npy(np.concatenate([np.zeros((2, 12)), VECTORS[2:]])), "mine.npy", range(20))
    for tab in places.TABS:
        assert trouble(open_page(dataset=dataset.id, tab=tab, pair="2,3")) == [], tab


def test_a_column_of_which_the_rows_differ_is_said_and_a_model_is_the_way_out():
    cells = [vector.tolist() for vector in VECTORS]
    cells[6] = cells[6][:5]
    at = open_page(dataset=with_column(cells).id)
    assert len(trouble(at)) == 1 and "that of row 7 has 5" in trouble(at)[0]
    next(button for button in at.button if button.label == "Let a model compute them").click().run()
    assert trouble(at) == [] and at.button(key="compare_go").label == "Compare 20 items"


@pytest.mark.parametrize("named", ["file:0123456789abcdef", "file:../../etc/passwd", "column:nowhere", "file:", "column:"])
def test_vectors_that_are_not_there_are_said(named: str):
    at = open_page(dataset=stored(TABLE).id, vectors=named)
    assert len(trouble(at)) == 1 and "There is no" in trouble(at)[0]
    assert any(button.label == "Let a model compute them" for button in at.button)


# A run's validation rows


def trained(**settings: object) -> str:
    """A run on the messages that has ended."""
    dataset = stored(TABLE).with_mapping({"texts": "message", "labels": "topic"}).save()
    run = runs.start("text-classification", model="minilm", dataset=dataset.id, name="Shop messages", method="head", epochs=2,
                     **{"validation_split": 0.3, **settings})
    assert runs.wait(run, timeout=120).state == "finished"
    return run


def test_a_runs_validation_rows_are_compared_by_its_own_model_and_coloured_by_what_it_answered():
    run = trained()
    runs.save(run, "shop-model")
    at = open_page()
    assert [option.partition(" · ")[0] for option in at.selectbox(key="compare_run").options] == ["Shop messages"]
    at.button(key="compare_run_use").click().run()
    assert trouble(at) == []
    held = runs.get(run).result.validation
    assert f"**{len(held)} items · 384 numbers each**" in size(at)
    assert "from shop-model" in size(at)
    frame = data.open_dataset(address(at)["dataset"]).frame()
    assert list(frame["text"]) == [TEXTS[place][0] for place in held] and list(frame["label"]) == [TEXTS[place][1] for place in held]
    right = frame["label"] == frame["predicted"]
    assert list(frame["outcome"]) == ["right" if one else "wrong" for one in right]
    assert right.mean() == pytest.approx(runs.get(run).metrics["accuracy"])
    assert list(frame["row in the file"]) == [str(place + 2) for place in held]


def test_a_runs_page_leads_to_its_validation_rows():
    run = trained()
    at = AppTest.from_file(str(ROOT / "studio" / "app.py"), default_timeout=120).run()
    at.switch_page(str(ROOT / "pages" / "runs.py"))
    at.query_params["run"] = run
    at.session_state["run_tabs"] = ":material/table: Data"
    at.run()
    at.button(key="run_validation").click().run()
    assert trouble(at) == [] and "items · 384 numbers each" in size(at)


def test_a_run_that_held_nothing_back_is_not_offered():
    run = trained(validation_split=0)
    assert [one.id for one in validation.offered()] == []
    with pytest.raises(StudioError, match="Shop messages has no validation rows"):
        validation.dataset_of(runs.get(run))


def test_images_and_several_labels_are_validation_rows_too():
    labels = ["animals", "food", "tools"]
    params = {"images": [picture(labels[row % 3], row) for row in range(24)],
              "labels": [[labels[row % 3], "seen"] if row % 2 else [labels[row % 3]] for row in range(24)]}
    run = runs.start("image-classification", params, "efficientnet-lite0", variant="multi_label", method="head", epochs=1,
                     validation_split=(list(range(16)), list(range(16, 24))))
    assert runs.wait(run, timeout=120).state == "finished"
    dataset = validation.dataset_of(runs.get(run))
    frame = dataset.frame()
    assert len(frame) == 8 == len({dataset.files()[name] for name in frame["image"]})
    assert list(frame["labels"][:2]) == ["food", "tools|seen"]
    assert set(frame["outcome"]) <= {"right", "wrong"}
    assert next(iter(setup.fitting(dataset, frame))) == "image-vectorisation"
