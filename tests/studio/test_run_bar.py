from datetime import UTC, datetime

import pytest

from engine.runs import Run
from engine.training.events import Progress
from studio.run_bar import words_of


def run(state: str, progress: Progress | None) -> Run:
    return Run(id="20261122-104211-3f2a", name="A run", task="text-classification", variant="single_label", model="minilm", method="head",
               state=state, note="", created=datetime.now(UTC), started=None, finished=None, heartbeat=None, progress=progress, settings={},
               data={}, estimate=None, metrics={}, seconds=None, has_model=False, result=None, error=None, origin=None, saved_as=None)


@pytest.mark.parametrize(("state", "progress", "expected"), [
    ("queued", None, (0.0, "Waiting for its turn")),
    ("running", None, (0.0, "Starting")),
    ("running", Progress("features", 30, 120), (0.25, "Reading every row once with the frozen layers")),
    ("running", Progress("training", 50, 100, epoch=2, epochs=4, eta=70.0), (0.375, "Training · epoch 2 of 4 · about 1 min 10 s left")),
    ("running", Progress("features", 0, 0), (0.0, "Reading every row once with the frozen layers")),
    ("running", Progress("training", 130, 100, epoch=4, epochs=4), (1.0, "Training · epoch 4 of 4")),
    ("stopping", Progress("training", 50, 100, epoch=1, epochs=2, eta=9.0), (0.25, "Stopping")),
])
def test_how_far_a_run_is_in_words(state: str, progress: Progress | None, expected: tuple[float, str]) -> None:
    assert words_of(run(state, progress)) == expected
