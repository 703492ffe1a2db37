"""The first thing that a newcomer sees."""

import re

from playwright.sync_api import Page, expect

from studio.navigation import groups
from tests.browser.conftest import Studio

REST = "[data-testid=stApp][data-test-script-state=notRunning]"


def broken(tab: Page) -> list[str]:
    """What the page shows as an exception; there must be none."""
    return tab.locator("[data-testid=stException]").all_inner_texts()


def test_the_home_page_paints_and_says_what_it_is(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Backprop Studio", level=1)).to_be_visible()
    expect(page).to_have_title(re.compile("Backprop Studio"))
    page.wait_for_selector(REST)
    assert broken(page) == []


def test_every_link_of_the_sidebar_opens_its_page(page: Page) -> None:
    page.goto("/")
    links = page.get_by_test_id("stSidebarNavLink")
    entries = [entry for group in groups().values() for entry in group]
    expect(links).to_have_count(len(entries))
    for entry in entries[1:] + entries[:1]:  # home last: it is open already
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=entry.title, exact=True).click()
        address = "" if entry.file == "home" else entry.file.replace("_", "-")
        expect(page).to_have_url(re.compile(f"/{address}$"))
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        page.wait_for_selector(REST)
        assert broken(page) == [], entry.title


def test_a_page_that_is_opened_by_its_address_asks_for_nothing_that_is_not_there(page: Page) -> None:
    missing: list[str] = []
    page.on("response", lambda answer: missing.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    for address in ("/finetune", "/runs", "/text-classification"):
        page.goto(address)
        page.wait_for_selector(REST)
    assert missing == []


def test_the_terminal_says_where_the_studio_is_and_nothing_else(page: Page, studio: Studio) -> None:
    page.goto("/")
    page.wait_for_selector(REST)
    lines = studio.log.read_text("utf-8").splitlines()
    assert len(lines) == 1 and lines[0].startswith(f"Backprop Studio is at {studio.url}"), lines
