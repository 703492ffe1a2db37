"""The wizard with every task and variant: a file is brought, understood, trained on with a tiny model, and its results are seen."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import engine
from engine import runs
from engine.models.catalogue import FAMILIES
from engine.tasks import TASKS, Task, Variant
from tests import harness, learning

ROOT = Path(__file__).resolve().parents[2]
SLOW = ("EfficientNetLite",)  # as large as the real one


def each() -> list[Any]:
    found = []
    for task in TASKS.values():
        family = next(name for name, family in FAMILIES.items() if task.name in family.learns and name not in SLOW)
        found += [pytest.param(task, variant, family, id=f"{task.name}-{variant.name}") for variant in task.variants]
    return found


def page(name: str, **query: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "studio" / "app.py"), default_timeout=90).run()
    at.switch_page(str(ROOT / "pages" / f"{name}.py"))
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()


@pytest.mark.parametrize(("task", "variant", "family"), each())
def test_the_whole_way_to_the_results(task: type[Task], variant: Variant, family: str, tmp_path: Path) -> None:
    engine.save(harness.served(task, family, tmp_path / "model"), name="tiny-start")
    at = page("finetune").button(key=f"wizard_task_{task.page}").click().run()
    if variant is not task.variants[0]:
        at.query_params["variant"] = variant.name
        at.run()
    name, content = learning.upload(variant)
    at.file_uploader[0].upload(name, content)
    at.run()
    for column in variant.columns:
        assert at.selectbox(key=f"wizard_column_{variant.name}_{column.key}").value == column.key
    at.button(key="wizard_data_next").click().run()
    assert "24 rows" in "\n".join(item.value for item in at.markdown)
    at.button(key="wizard_check_next").click().run()
    at.selectbox(key="wizard_model").select("tiny-start").run()
    at.number_input(key=next(box.key for box in at.number_input if box.key.endswith("_epochs"))).set_value(2)
    at.button(key="wizard_method_next").click().run()
    assert not at.exception and not at.error
    at.button(key="wizard_start").click().run()
    assert not at.exception and not at.error
    run = runs.wait(runs.list(limit=1)[0].id, timeout=120)
    assert run.state == "finished", run.error
    assert run.result and run.result.evaluation and run.metrics
    seen = page("runs", run=run.id)
    assert not seen.exception and not seen.error
