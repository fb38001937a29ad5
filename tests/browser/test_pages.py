"""Every page in Chromium: for everyone to use, in both colour schemes, on a phone and on a desk."""

from operator import attrgetter

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.conftest import OpenPage, Site
from tests.browser.gallery import PAGES, Shown

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 1280)
AXE = """options => axe.run({resultTypes: ['violations'], iframes: false, ...options})
    .then(found => found.violations.flatMap(v => v.nodes.map(node => `${v.id}: ${node.html.slice(0, 300)}`)))"""
EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}


@pytest.mark.parametrize("shown", PAGES, ids=attrgetter("name"))
def test_page_fits_every_width_and_axe_finds_nothing(shown: Shown, site: Site, open_page: OpenPage) -> None:
    page, _ = open_page(storage_state=site.staff_state if shown.staff else None, reduced_motion="reduce")
    shown.open(page, site.url, site.paths)
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"scrolls sideways at {width}"
        if width >= 390:
            for scheme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate(AXE, rules) == [], f"{width}, {scheme}"
