"""The live chart grows in place: same node, the reader's zoom kept, nothing fetched from elsewhere."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

HERE = Path(__file__).resolve().parent
MARK = """() => { const node = document.querySelector('.studio-live-chart'); node.querySelector('.main-svg').dataset.mine = 'yes'
  Plotly.relayout(node, {'xaxis.range': [2, 6]}); return node.data[0].x.length }"""
LOOK = """() => { const node = document.querySelector('.studio-live-chart')
  return {points: node.data[0].x.length, range: node.layout.xaxis.range, mine: node.querySelector('.main-svg').dataset.mine,
          charts: document.querySelectorAll('.studio-live-chart').length, alt: node.getAttribute('aria-label')} }"""


@pytest.fixture(scope="module")
def growing() -> Iterator[str]:
    """The address of a page with a chart that grows twice a second."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(HERE / "live_chart_app.py"), "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=HERE.parents[1], env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_grows_in_place_and_keeps_the_readers_zoom(chromium: Browser, growing: str, scheme: str) -> None:
    context = chromium.new_context(color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(growing)
    page.wait_for_function("() => (document.querySelector('.studio-live-chart')?.data?.[0]?.x.length || 0) > 5")
    before = page.evaluate(MARK)
    page.wait_for_function(f"() => document.querySelector('.studio-live-chart').data[0].x.length > {before} + 2")
    seen = page.evaluate(LOOK)
    context.close()
    assert seen["range"] == [2, 6]
    assert (seen["mine"], seen["charts"], seen["alt"]) == ("yes", 1, "Loss by step")
    assert [url for url in asked if not url.startswith((growing, "data:", "blob:", "ws:"))] == []
    assert errors == []
