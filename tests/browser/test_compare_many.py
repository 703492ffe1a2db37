"""In a real browser: a hundred thousand points are drawn, what is drawn around is listed and stays chosen, the zoom is kept."""

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from benchmarks.first_paint import AT_REST, FEWEST_PIXELS, PAINTED, draw_around
from tests.browser.conftest import ROOT, Studio
from tests.browser.test_whole_way import MINUTES, keyed

COUNT = 100_000
MOST_SENT = 2_000_000  # bytes of a message to the browser
PLACE = """() => { const node = document.querySelector('.studio-points'), box = node.getBoundingClientRect(), [trace] = node.data.slice(-1)
  const axes = node._fullLayout; return [box.left + axes.xaxis._offset + axes.xaxis.l2p(trace.x[7]),
                                         box.top + axes.yaxis._offset + axes.yaxis.l2p(trace.y[7])] }"""
CHOSEN = "() => document.querySelector('.studio-points').data.reduce((sum, trace) => sum + (trace.selectedpoints?.length ?? 0), 0)"


def test_a_hundred_thousand_points_are_usable(page: Page, studio: Studio) -> None:
    prepared = subprocess.run([sys.executable, "-m", "benchmarks.first_paint", "--prepare", str(COUNT)], cwd=ROOT, check=True,
                              capture_output=True, text=True, env={**os.environ, "STUDIO_HOME": str(studio.home)})
    sizes: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))))
    try:
        page.goto(f"/compare?dataset={prepared.stdout.split()[-1]}&ready=1")
        page.wait_for_function(f"() => ({PAINTED})() > {FEWEST_PIXELS}", timeout=4 * MINUTES)
        assert page.evaluate("() => document.querySelector('.studio-points').data.reduce((sum, trace) => sum + trace.x.length, 0)") == COUNT
        page.wait_for_selector(AT_REST)
        page.locator(".studio-points").scroll_into_view_if_needed()
        page.mouse.move(*page.evaluate(PLACE))
        expect(page.get_by_role("tooltip")).to_contain_text("is what this text is about")
        draw_around(page)
        said = page.get_by_text("items chosen")
        expect(said).to_be_visible(timeout=MINUTES)
        chosen = int(said.inner_text().split()[0].replace(",", ""))
        assert 1_000 < chosen < COUNT and page.evaluate(CHOSEN) == chosen
        page.get_by_role("tab", name="Search").click()
        expect(keyed(page, "compare_search_count")).to_be_visible()
        page.get_by_role("tab", name="Map").click()
        expect(said).to_be_visible()
        page.wait_for_function(f"() => document.querySelector('.studio-points')?.data && ({CHOSEN})() === {chosen}")
        keyed(page, "compare_chosen_clear").get_by_role("button").click()
        page.wait_for_function(f"() => ({CHOSEN})() === 0")
        zoomed = page.evaluate("() => { const node = document.querySelector('.studio-points')\n"
                               "document.querySelector('.modebar-btn[data-title=\"Zoom in\"]').click(); return node.layout.xaxis.range }")
        page.get_by_label("Coloured by").first.click()
        page.get_by_role("option", name="price", exact=True).click()
        page.wait_for_function("() => document.querySelector('.studio-points').data.at(-1).marker.colorbar")
        assert page.evaluate("() => document.querySelector('.studio-points').layout.xaxis.range") == zoomed
        assert max(sizes) < MOST_SENT
    except BaseException:
        page.screenshot(path=Path(os.environ.get("STUDIO_SCREENSHOTS", studio.home.parent)) / "compare-many.png")
        raise
