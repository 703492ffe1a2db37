"""Long work that is done once for all tabs, told how far it is, and can be stopped."""

import threading
from time import monotonic

import pytest

from engine.errors import Stopped, StudioError
from studio.compare.progress import said
from studio.works import Watch, Work, Works

PATIENCE = 5.0


def finished(work: Work) -> Work:
    assert work.over.wait(PATIENCE)
    return work


def test_two_tabs_that_ask_for_the_same_have_it_done_once() -> None:
    works, go, begun = Works("test", kept=2), threading.Event(), []

    def work(watch: Watch) -> str:
        begun.append(1)
        go.wait(PATIENCE)
        return "result"

    first, second = works.start("key", work, "one tab"), works.start("key", work, "another")
    assert first is second and first.by == "one tab" and works.result("key") is None
    go.set()
    assert finished(second).result == "result" == works.result("key") and len(begun) == 1


def test_a_stop_ends_the_work_at_its_next_report_and_the_next_who_asks_begins_anew() -> None:
    works, reports = Works("test", kept=2), []

    def endless(watch: Watch) -> None:
        limit = monotonic() + PATIENCE
        while monotonic() < limit:
            watch(1, 2)
            reports.append(1)

    work = works.start("key", endless)
    works.stop("key")
    assert isinstance(finished(work).error, Stopped) and works.get("key") is None
    again = works.start("key", lambda watch: "result")
    assert again is not work and finished(again).result == "result"


def test_what_failed_keeps_its_error_until_it_is_forgotten() -> None:
    works = Works("test", kept=2)

    def fail(watch: Watch) -> None:
        raise StudioError("It failed.", "Try again.")

    work = finished(works.start("key", fail))
    assert str(work.error) == "It failed. Try again." and works.result("key") is None
    works.forget(work)
    assert finished(works.start("key", lambda watch: 7)).result == 7


def test_only_the_results_used_last_are_kept_and_nothing_that_is_under_way_is_dropped() -> None:
    works, go = Works("test", kept=2), threading.Event()
    slow = works.start("slow", lambda watch: go.wait(PATIENCE))
    for key in "abc":
        finished(works.start(key, lambda watch, key=key: key))
        works.get("a")
    assert [works.result(key) for key in "abc"] == ["a", None, "c"] and works.get("slow") is slow
    go.set()
    finished(slow)


def test_about_how_long_it_takes_is_told_by_its_latest_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("studio.works.monotonic", lambda: now[0])
    work = Work()
    assert said(work, "item") == "" and work.share == 0
    for second in range(40):
        now[0] = float(second)
        work.report(1_000 if second < 20 else 1_000 + 10 * (second - 20), 2_190)  # a thousand came from the disk at once
    assert said(work, "item") == "1,190 of 2,190 items · about 1 min 40 s left" and work.share == pytest.approx(0.5434, abs=1e-3)
