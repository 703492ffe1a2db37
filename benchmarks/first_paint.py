"""How soon a map is seen, and how soon what is drawn around on it is listed: a real studio in a real Chromium.

`python -m benchmarks.first_paint --prepare COUNT` leaves a table of so many texts in the studio's home, with drawn vectors where those that
the model computed would lie, and prints its id. `python -m benchmarks.similarity --only map-first-paint-100000` measures.
"""

import argparse
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

TASK = "text-vectorisation"
GROUPS, WIDTH = 20, 384
AROUND = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.7), (0.2, 0.7), (0.2, 0.2))  # of the map, what is drawn around on it
AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"

# How many pixels of the map bear a point.
PAINTED = """() => {
  const canvas = document.querySelector(".studio-points .gl-canvas-context")
  if (!canvas?.width) return 0
  const copy = document.createElement("canvas")
  Object.assign(copy, { width: canvas.width, height: canvas.height })
  const context = copy.getContext("2d")
  context.drawImage(canvas, 0, 0)
  return context.getImageData(0, 0, copy.width, copy.height).data.filter((value, place) => place % 4 === 3 && value > 0).length
}"""
FEWEST_PIXELS = 3_000


def prepare(count: int) -> str:
    """The id of a data set of so many texts, in so many groups, with a number each; their vectors lie around those of their groups."""
    from engine import data
    from engine.similarity import computed
    from engine.tasks import TASKS

    random = np.random.default_rng(0)
    groups, prices = random.integers(0, GROUPS, count), random.gamma(2, 20, count)
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(["text", "topic", "price"])
    texts = [f"Order {place} of topic {group} is what this text is about" for place, group in enumerate(groups)]
    writer.writerows([text, f"topic {group}", f"{price:.2f}"] for text, group, price in zip(texts, groups, prices, strict=True))
    middles = random.standard_normal((GROUPS, WIDTH), dtype=np.float32)
    vectors = middles[groups] + random.standard_normal((count, WIDTH), dtype=np.float32)
    rest = iter(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    computed.answer_each = lambda task, rows: [next(rest) for _ in rows]
    declared = TASKS[TASK]
    computed.vectors(declared(declared.default_model), [{"text": text} for text in texts])
    return data.Dataset.of(data.store(table.getvalue().encode(), f"{count} texts.csv")).save().id


def draw_around(page: Any) -> None:
    """Draw around the middle of the map that is open."""
    node = page.locator(".studio-points")
    node.scroll_into_view_if_needed()
    box = node.bounding_box()
    corners = [(box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in AROUND]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=6)
    page.mouse.up()


def measured(count: int) -> dict[str, Any]:
    """Seconds from opening the address to points on the screen, in a studio that has just started and in one that knows the map, and from
    the end of a stroke around many of them to their table; bytes of the largest message to the browser."""
    from playwright.sync_api import sync_playwright

    from benchmarks import pages

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        prepared = subprocess.run([sys.executable, "-m", "benchmarks.first_paint", "--prepare", str(count)], check=True,
                                  capture_output=True, text=True, env={**os.environ, "STUDIO_HOME": folder})
        address = f"/compare?dataset={prepared.stdout.split()[-1]}&ready=1"
        path = shutil.which("chromium") or shutil.which("google-chrome") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=path, args=pages.FLAGS)
        with pages.server(home) as (url, _, _):
            found = [_opened(browser, url + address) for _ in range(4)]
        browser.close()
    warm = found[1:]
    return {"seconds": min(one["paint"] for one in warm), "seconds_cold": found[0]["paint"], "points": count,
            "lasso_seconds": min(one["lasso"] for one in warm), "largest_message_kb": max(one["message"] for one in found) // 1000}


def _opened(browser: Any, address: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    sizes: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))))
    began = time.monotonic()
    page.goto(address)
    while page.evaluate(PAINTED) < FEWEST_PIXELS:
        page.wait_for_timeout(20)
        if time.monotonic() - began > 180:
            raise SystemExit("no points were painted")
    paint = time.monotonic() - began
    page.wait_for_selector(AT_REST)
    draw_around(page)
    began = time.monotonic()
    page.get_by_text("items chosen").wait_for()
    lasso = time.monotonic() - began
    context.close()
    return {"paint": round(paint, 2), "lasso": round(lasso, 2), "message": max(sizes)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prepare", type=int, metavar="COUNT")
    parser.add_argument("--count", type=int, default=100_000)
    given = parser.parse_args()
    print(prepare(given.prepare) if given.prepare else json.dumps(measured(given.count), indent=2))


if __name__ == "__main__":
    main()
