"""The moderators' queue in Chromium: the bar leaves the names in sight, and "choose all" leaves out the suspicious."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Site

pytestmark = pytest.mark.browser

PHONES = [(390, 844), (320, 640), (667, 375)]
QUEUES = ["ask-more-of-us", "sentences", "pledges-due", "pledges-due/reports"]
BAR = """() => {
    const bar = [...document.querySelectorAll('.decide')].find((bar) => bar.previousElementSibling
        .querySelector('input:checked'));
    const [box, buttons] = [bar.getBoundingClientRect(), [...bar.querySelectorAll('button')]];
    const lowest = Math.max(...buttons.map((button) => button.getBoundingClientRect().bottom));
    return {height: box.height, isWhole: lowest <= innerHeight && box.top >= 0};
}"""


def queue(site: Site, open_page: OpenPage, letter: str, width: int, height: int) -> Page:
    page, _ = open_page(storage_state=site.staff_state, viewport={"width": width, "height": height})
    page.goto(f"{site.url}/moderation/{letter}")
    return page


@pytest.mark.parametrize(("width", "height"), PHONES)
@pytest.mark.parametrize("letter", QUEUES)
def test_the_bar_leaves_the_names_in_sight(
    site: Site, open_page: OpenPage, letter: str, width: int, height: int
) -> None:
    page = queue(site, open_page, letter, width, height)
    assert page.locator(".decide").first.evaluate("(bar) => getComputedStyle(bar).position") == "static"
    page.locator(".queue input[type=checkbox]").first.check()
    bar = page.evaluate(BAR)
    assert bar["isWhole"]
    assert bar["height"] <= height * 0.4


def test_choose_all_leaves_out_what_is_suspicious_and_says_what_it_does_next(site: Site, open_page: OpenPage) -> None:
    page = queue(site, open_page, "ask-more-of-us", 1280, 900)
    boxes, suspicious = page.locator("input[name=signature]"), page.locator("input[data-by-hand]")
    every = page.locator("[data-choose-all]")
    assert suspicious.count() == 1
    expect(every).to_have_text(f"Choose all {boxes.count() - 1} on this page")
    every.click()
    expect(every).to_have_text("Choose none")
    expect(suspicious).not_to_be_checked()
    expect(page.locator("input[name=signature]:checked")).to_have_count(boxes.count() - 1)
    suspicious.check()
    every.click()
    expect(page.locator("input[name=signature]:checked")).to_have_count(0)
    expect(every).to_have_text(f"Choose all {boxes.count() - 1} on this page")
