"""How fast the studio's pages are, also while a model trains: `python -m benchmarks.pages [--data FOLDER] [--method partial]`

Measures a real server with a real Chromium and prints JSON. Start: seconds from the command to the health check, and to the painted
home page. While the server trains on Banking77: seconds from a click on the task's page to the end of the page's run, for a run
without an answer (an example is chosen) and for one with an answer of the model; the same before the training, to compare.
Targets: health check under 3 s, 95th percentile of a page run under 1 s. Needs playwright and Chromium.
"""

import argparse
import csv
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"]
STARTS = 3
RUNS = 40
AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"

# Clicks inside the page and waits for the end of the run that the click starts: no time on the way from here to there is counted.
CLICK = """(button) => new Promise((resolve, reject) => {
  const app = document.querySelector("[data-testid=stApp]")
  const state = () => app.getAttribute("data-test-script-state")
  let seen = false
  const begun = performance.now()
  const observer = new MutationObserver(() => {
    if (state() !== "notRunning") seen = true
    else if (seen) { observer.disconnect(); resolve((performance.now() - begun) / 1000) }
  })
  observer.observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] })
  setTimeout(() => { observer.disconnect(); reject(new Error("no run within 60 s")) }, 60000)
  button.click()
})"""

# Leaves a run with Banking77's rows, stopped at once: the server repeats it later, and so trains in its own process.
PREPARE = """
import csv, json, sys
from engine import runs
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    rows = list(csv.reader(file))[1:]
run = runs.start("text-classification", {"texts": [row[0] for row in rows], "labels": [row[1] for row in rows]}, name="Banking77",
                 method=sys.argv[2])
runs.stop(run)
runs.wait(run, timeout=120)
runs.shutdown()
print(json.dumps([run, len(rows)]))
"""


@contextmanager
def server(home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """The studio on a free port: its address, its process, seconds to its health check."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "studio/app.py", "--server.port", str(port)]
    begun = time.monotonic()
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "STUDIO_HOME": str(home)}, stdout=log, stderr=log)
    try:
        yield url, process, _healthy(url, process, begun)
    finally:
        process.terminate()
        process.wait(90)


def _healthy(url: str, process: subprocess.Popen[bytes], begun: float) -> float:
    while time.monotonic() - begun < 60 and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return time.monotonic() - begun
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the studio did not start")


def starts(browser: Browser) -> list[dict[str, float]]:
    """Each start: an empty home, a new process, a new browser context."""
    measured = []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as (url, _, health):
            context = browser.new_context()
            page = context.new_page()
            begun = time.monotonic()
            page.goto(url)
            page.locator("h1").first.wait_for()
            page.wait_for_selector(AT_REST)
            measured.append({"health_seconds": round(health, 2), "home_seconds": round(time.monotonic() - begun, 2)})
            context.close()
    return measured


def page_runs(page: Page, run: str | None, most: int = RUNS) -> dict[str, Any]:
    """Seconds of page runs without and with an answer, taken in turn; with `run` only as long as that run trains."""
    examples = page.locator("[class*=_example_] button:visible")
    answer = page.get_by_role("button", name="Answer", exact=True)
    plain, answered = [], []
    for place in range(most):
        plain.append(examples.nth(place % examples.count()).evaluate(CLICK))
        page.wait_for_selector(AT_REST)
        answered.append(answer.first.evaluate(CLICK))
        page.wait_for_selector(AT_REST)
        if run is not None and not _trains(run):
            plain.pop()
            answered.pop()
            break
    return {"page_run": _spread(plain), "page_run_with_answer": _spread(answered)}


def _trains(run: str) -> bool:
    from engine import runs

    return runs.get(run).state == "running"


def _spread(seconds: list[float]) -> dict[str, float]:
    if len(seconds) < 2:
        return {"runs": len(seconds)}
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return {"runs": len(seconds), "median": round(statistics.median(seconds), 3), "p95": round(cuts[-1], 3), "most": round(max(seconds), 3)}


def while_training(browser: Browser, home: Path, rows: Path, method: str) -> dict[str, Any]:
    """Measure before and during a training that the server itself does, started by a click on Repeat."""
    prepared = subprocess.run([sys.executable, "-c", PREPARE, str(rows), method], cwd=ROOT, check=True, capture_output=True, text=True,
                              env={**os.environ, "STUDIO_HOME": str(home)})
    first, count = json.loads(prepared.stdout.strip().splitlines()[-1])
    with server(home) as (url, _, _):
        page = browser.new_page()
        page.goto(f"{url}/text-classification")
        page.get_by_role("button", name="Answer", exact=True).first.wait_for()
        page.wait_for_selector(AT_REST)
        page_runs(page, None, most=2)  # loads the model
        before = page_runs(page, None, most=15)
        watching = browser.new_page()
        watching.goto(f"{url}/runs?run={first}")
        watching.locator(".st-key-run_repeat_now button:visible").click()
        watching.locator(".st-key-run_stop button:visible").wait_for()
        run = _newest()
        while not _works(run):
            time.sleep(0.2)
        began = _epoch(run)
        during = {**page_runs(page, run), "epochs": [began, _epoch(run)]}
        watching.locator(".st-key-run_stop button:visible").click()
    return {"rows": count, "method": method, "before": before, "during": during}


def _newest() -> str:
    from engine import runs

    return runs.list(limit=1)[0].id


def _epoch(run: str) -> int | None:
    """The epoch that the run is in, to show that epochs are what was measured."""
    from engine import runs

    progress = runs.get(run).progress
    return progress.epoch if progress is not None else None


def _works(run: str) -> bool:
    """Whether the run is at its training steps by now; raises if it ended before that."""
    from engine import runs

    found = runs.get(run)
    if not found.is_open:
        raise SystemExit(f"the run ended before it could be measured: {found.state_text}")
    return found.state == "running" and found.progress is not None and found.progress.phase == "training"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder that holds banking77/train.csv")
    parser.add_argument("--method", default="partial", choices=("head", "partial", "lora", "full"))
    arguments = parser.parse_args()
    rows = arguments.data / "banking77" / "train.csv"
    with rows.open(encoding="utf-8", newline="") as file:
        next(csv.reader(file))
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        os.environ["STUDIO_HOME"] = folder
        path = shutil.which("chromium") or shutil.which("google-chrome") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        measured = {"start": starts(browser), "task_page": while_training(browser, Path(folder), rows, arguments.method)}
        browser.close()
    print(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
