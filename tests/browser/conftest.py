"""A studio that runs, and a real Chromium that looks at it. Without a Chromium these tests skip, or fail where one is demanded."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# No sandbox: it needs rights that containers do not give. The rest keeps the browser from calling its maker.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"]
expect.set_options(timeout=30_000)  # a slow machine is not a failure


@dataclass(frozen=True)
class Studio:
    """A studio that was started for one test module."""

    url: str
    home: Path
    log: Path
    process: subprocess.Popen[bytes]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parent.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests; the one on PATH, or playwright's own where it was installed."""
    path = next((found for name in NAMES if (found := shutil.which(name))), playwright.chromium.executable_path)
    if not Path(path).exists():
        reason = "there is no Chromium here (install one, or run: playwright install chromium)"
        if os.environ.get("STUDIO_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The studio on a free port, with a home folder of its own, as `python3 -m studio --no-browser` starts it."""
    folder = tmp_path_factory.mktemp("studio")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url, log = f"http://127.0.0.1:{port}", folder / "studio.log"
    environment = os.environ | {"STUDIO_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "1"}
    environment.pop("STUDIO_DATABASE_URL", None)
    with log.open("wb") as out:
        command = [sys.executable, "-m", "studio", "--no-browser", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            wait_until_it_answers(url, process, log)
            yield Studio(url, folder / "home", log, process)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the studio did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture
def page(chromium: Browser, studio: Studio) -> Iterator[Page]:
    """An empty tab, 1280 by 800, whose relative addresses are the studio's; what the browser's console called an error fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, base_url=studio.url, accept_downloads=True)
    context.set_default_timeout(30_000)
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []
