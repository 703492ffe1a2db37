"""In a real browser: texts become a map, what is drawn around on it is listed, and a cell of the matrix opens its pair."""

from playwright.sync_api import Page, expect

from tests.browser.test_whole_way import MINUTES, keyed, press

TEXTS = ["The parcel has not arrived", "My delivery is late", "Where is my parcel", "The courier lost my package", "I want my money",
         "Please refund my payment", "Refund it to my card", "The soup was too salty", "The pasta was cold", "Dinner tasted wonderful"]


def opened(page: Page) -> None:
    page.goto("/compare")
    keyed(page, "compare_typed").get_by_role("textbox").fill("\n".join(TEXTS))
    keyed(page, "compare_typed_go").get_by_role("button").first.click()
    expect(page.get_by_role("tab", name="Map")).to_be_visible(timeout=MINUTES)
    expect(page.locator(".studio-points canvas").first).to_be_visible(timeout=MINUTES)


def test_what_is_drawn_around_on_the_map_is_listed(page: Page) -> None:
    opened(page)
    chart = page.locator(".studio-points")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    left, top, right, bottom = box["x"] + 4, box["y"] + 60, box["x"] + box["width"] - 4, box["y"] + box["height"] - 4
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(x, y, steps=8)
    page.mouse.up()
    expect(page.get_by_text("10 items chosen")).to_be_visible()
    expect(keyed(page, "compare_chosen_csv")).to_be_visible()


def test_the_pointer_shows_the_image_of_a_point(page: Page) -> None:
    page.goto("/compare")
    press(page, "compare_example_image_vectorisation")
    expect(page.locator(".studio-points canvas").first).to_be_visible(timeout=MINUTES)
    page.wait_for_function("() => document.querySelector('.studio-points').data?.[0].x.length === 3")
    page.locator(".studio-points").scroll_into_view_if_needed()
    page.mouse.move(*page.evaluate("""() => { const node = document.querySelector('.studio-points'), box = node.getBoundingClientRect()
      const { xaxis, yaxis } = node._fullLayout, [trace] = node.data
      return [box.left + xaxis._offset + xaxis.l2p(trace.x[1]), box.top + yaxis._offset + yaxis.l2p(trace.y[1])] }"""))
    expect(page.get_by_role("tooltip").locator("img")).to_be_visible()
    assert page.get_by_role("tooltip").locator("img").evaluate("image => image.naturalWidth") > 40


def test_a_cell_of_the_matrix_opens_its_pair_which_a_reload_finds_again(page: Page) -> None:
    opened(page)
    page.get_by_role("tab", name="Matrix").click()
    chart = page.locator("[data-testid=stPlotlyChart]:visible").first
    expect(chart.locator(".heatmaplayer image")).to_be_visible()
    box = chart.locator(".heatmaplayer image").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.65 * box["width"], box["y"] + 0.25 * box["height"], steps=5)
    page.mouse.click(box["x"] + 0.65 * box["width"], box["y"] + 0.25 * box["height"])
    expect(page.get_by_text("Cosines of random pairs")).to_be_visible()
    expect(page.get_by_role("tab", name="Pair")).to_have_attribute("aria-selected", "true")
    page.reload()
    expect(page.get_by_text("Cosines of random pairs")).to_be_visible(timeout=MINUTES)
    page.get_by_text("Show what made them alike").click()
    expect(page.get_by_text("No single word did much").or_(page.get_by_text("Without it the cosine falls by")).first).to_be_visible()
