"""Beside a letter on a desk, the form is never a box that scrolls by itself: all of it can be reached with the page."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Site

pytestmark = pytest.mark.browser

SCROLLS_BY_ITSELF = (
    "side => side.scrollHeight > side.clientHeight + 1 || getComputedStyle(side).overflowY !== 'visible'"
)
TOP = "side => Math.round(side.getBoundingClientRect().top)"


def read_on(page: Page, by: int) -> None:
    page.evaluate("by => scrollTo({top: by, behavior: 'instant'})", by)


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["script", "no script"])
@pytest.mark.parametrize("slug", ["long-read", "ask-more-of-us", "nobody-yet", "pledges-before"])
def test_the_form_scrolls_with_the_page_and_its_button_comes_into_sight(
    slug: str, options: dict[str, Any], site: Site, open_page: OpenPage
) -> None:
    page, _ = open_page(**options)
    page.goto(f"{site.url}/letters/{slug}")
    side, button = page.locator(".page__side"), page.locator(".sign__button")
    for _unfolded in range(2):
        assert not side.evaluate(SCROLLS_BY_ITSELF)
        for _turn in range(20):
            page.mouse.move(300, 400)  # over the letter, where a wheel turns the page
            page.mouse.wheel(0, 200)
            page.wait_for_timeout(30)
            if button.evaluate("b => b.getBoundingClientRect().bottom <= innerHeight"):
                break
        expect(button).to_be_in_viewport(ratio=1)
        page.locator("summary").first.click()


def test_a_form_that_fits_stays_beside_a_long_letter(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page()
    page.goto(f"{site.url}/letters/long-read")
    expect(page.locator(".page__side--fits")).to_be_visible()
    read_on(page, 800)
    expect(page.locator(".sign__button")).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-bar]")).to_be_hidden()


def test_what_is_unfolded_in_the_middle_of_a_long_letter_stays_where_it_was(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page()
    page.goto(f"{site.url}/letters/long-read")
    side = page.locator(".page__side")
    expect(page.locator(".page__side--fits")).to_be_visible()
    read_on(page, 800)
    before = side.evaluate(TOP)
    page.locator(".page__side summary").click()
    expect(side).not_to_contain_class("page__side--fits")
    assert abs(side.evaluate(TOP) - before) <= 1
    expect(page.locator(".page__side summary")).to_be_in_viewport()


def test_the_bar_leads_back_to_a_form_that_does_not_fit(site: Site, open_page: OpenPage) -> None:
    page, _ = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{site.url}/letters/long-read")
    bar = page.locator("[data-bar]")
    expect(bar).to_be_hidden()
    read_on(page, 1900)
    expect(bar).to_be_visible()
    bar.get_by_role("link", name="Sign").click()
    expect(page.locator("#name")).to_be_in_viewport()
    expect(bar).to_be_hidden()
