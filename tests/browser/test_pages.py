"""Every page in Chromium: for everyone to use, in both colour schemes, on a phone and on a desk."""

from collections.abc import Iterator
from operator import attrgetter

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site
from tests.browser.gallery import PAGES, Shown

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 1280)
AXE = """options => axe.run({resultTypes: ['violations'], iframes: false, ...options})
    .then(found => found.violations.flatMap(v => v.nodes.map(node => `${v.id}: ${node.html.slice(0, 300)}`)))"""
EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
SCHEMES = {390: "light", 1280: "dark"}
"""Both schemes have the same tokens at every width: one of them each is enough to try both."""


@pytest.fixture(scope="module")
def windows(browser: Browser, site: Site) -> Iterator[dict[bool, Page]]:
    """One window for staff and one for everybody: to open one anew for each page takes longer than to look at it."""
    contexts = {
        staff: browser.new_context(storage_state=site.staff_state if staff else None, reduced_motion="reduce")
        for staff in (True, False)
    }
    yield {staff: context.new_page() for staff, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("shown", PAGES, ids=attrgetter("name"))
def test_page_fits_every_width_and_axe_finds_nothing(shown: Shown, site: Site, windows: dict[bool, Page]) -> None:
    page = windows[shown.staff]
    shown.open(page, site.url, site.paths)
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"scrolls sideways at {width}"
        if width in SCHEMES:
            page.emulate_media(color_scheme=SCHEMES[width])
            assert page.evaluate(AXE, EVERYTHING) == [], f"{width}, {SCHEMES[width]}"
