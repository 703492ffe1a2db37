import threading
from pathlib import Path

import pytest

from engine import TextVectorisation
from engine.inference import threads
from engine.training.environment import computing
from tests.harness import build


@pytest.fixture(autouse=True)
def four(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer with four processors and nothing said."""
    monkeypatch.setattr(threads, "processors", lambda: 4)
    for name in ("STUDIO_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)


def test_answers_take_all_processors_or_as_many_as_were_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert threads.answer_threads() == 4
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert threads.answer_threads() == 2
    monkeypatch.setenv("STUDIO_THREADS", "3")
    assert threads.answer_threads() == 3


def test_while_a_model_is_trained_answers_take_what_that_leaves(tmp_path: Path) -> None:
    model = build("STModel", tmp_path / "model")
    with computing(model, 0, threads=3):
        assert threads.answer_threads() == 1
    assert threads.answer_threads() == 4


def test_an_answer_computes_with_them_in_whatever_thread_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    task = TextVectorisation(build("STModel", tmp_path / "model"))
    monkeypatch.setenv("STUDIO_THREADS", "1")
    seen: list[int] = []

    def work() -> None:
        torch.set_num_threads(2)  # as another's count leaks in
        task("i am happy")
        seen.append(torch.get_num_threads())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [1]
